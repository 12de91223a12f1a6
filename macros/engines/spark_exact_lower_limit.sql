{#-
  The lower exact limit in Spark's SQL, which can be lent no function of Python's by all
  of its servers: the root x of I(x; a, b) = 0.025 with a = k, b = n - k + 1, by eight of
  Newton's steps on logarithms from Wilson's limit. ln I is concave in ln x, so each step
  comes from below and none oversteps. I is its continued fraction (DLMF 8.17.22), ln B
  Stirling's series (DLMF 5.11.1) from ten up.
-#}
{% macro spark__exact_lower_limit(numerator, denominator) -%}
    {%- set k = 'cast(' ~ numerator ~ ' as double)' -%}
    {%- set n = 'cast(' ~ denominator ~ ' as double)' -%}
    {%- set a, b = k, '(' ~ n ~ ' - ' ~ k ~ ' + 1)' -%}
    {%- set z = '1.959963984540054D' -%}
    case
        when {{ n }} = 0 then cast(null as double)
        when {{ k }} = 0 then 0D
        when {{ k }} = {{ n }} then exp(ln(0.025D) / {{ n }})
        else aggregate(
            sequence(1, 8),
            (
                {{ k }} + {{ z }} * {{ z }} / 2 - {{ z }} * sqrt(
                    {{ k }} * ({{ n }} - {{ k }}) / {{ n }} + {{ z }} * {{ z }} / 4
                )
            ) / ({{ n }} + {{ z }} * {{ z }}),
            (x, step) -> aggregate(
                sequence(100 + cast(2 * sqrt({{ n }}) as int), 1, -1),
                1D,
                (h, j) -> 1 + x / h * case
                    when j % 2 = 0 then
                        (j / 2) * ({{ b }} - j / 2)
                        / (({{ a }} + j - 1) * ({{ a }} + j))
                    else
                        -({{ a }} + (j - 1) / 2) * ({{ a }} + {{ b }} + (j - 1) / 2)
                        / (({{ a }} + j - 1) * ({{ a }} + j))
                end,
                h -> x * exp(
                    (
                        ln(0.025D * {{ a }} * h) + {{ ln_beta_rest(a, b) }}
                        - {{ a }} * ln(x * ({{ n }} + 11) / ({{ a }} + 10))
                        - {{ b }} * ln((1 - x) * ({{ n }} + 11) / ({{ b }} + 10))
                    ) * (1 - x) / ({{ a }} * h)
                )
            )
        )
    end
{%- endmacro %}

{#- What is left of ln B(a, b) without the products of a and of b with a logarithm, which
    lose digits against those of x where both are large. -#}
{% macro ln_beta_rest(a, b) -%}
    {%- set sum = '(' ~ a ~ ' + ' ~ b ~ ')' -%}
    (
        9.5D * (ln({{ a }} + 10) + ln({{ b }} + 10) - ln({{ sum }} + 10))
        - 10 + 0.5D * ln(2 * pi())
        {%- for sign, number in [('+', a), ('+', b), ('-', sum)] %}
        {{ sign }} (
            1 / (12 * ({{ number }} + 10)) - 1 / (360 * pow({{ number }} + 10, 3))
            + 1 / (1260 * pow({{ number }} + 10, 5)) - 1 / (1680 * pow({{ number }} + 10, 7))
            {%- for i in range(10) %} - ln({{ number }} + {{ i }}){% endfor %}
        )
        {%- endfor %}
    )
{%- endmacro %}
