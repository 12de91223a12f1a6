-- A returned row is a call whose value is not the one that its macro's table promises;
-- an empty text stands for NULL.
{% set texts = [
    ('2020-02-29', 'day', '2020-02-29', '2020-02-29'),
    ('2020-02-31', 'none', '', ''),
    ('2020/02/29', 'none', '', ''),
    ('2020-2-29', 'none', '', ''),
    ('0000-01-01', 'none', '', ''),
    ('1900-12-31', 'none', '', ''),
    ('1901-01-01', 'day', '1901-01-01', '1901-01-01'),
    ('2098', 'partial', '2098-01-01', '2098-12-31'),
    ('9999-12-31', 'none', '', ''),
    (' 2016-03-09 ', 'day', '2016-03-09', '2016-03-09'),
    ('2016-03', 'partial', '2016-03-01', '2016-03-31'),
    ('2016-02', 'partial', '2016-02-01', '2016-02-29'),
    ('2016', 'partial', '2016-01-01', '2016-12-31'),
    ('2016-13', 'none', '', ''),
    ('201a', 'none', '', ''),
    ('', 'none', '', ''),
] -%}
{%- set numbers = [
    ('12.7', '12.7', ''),
    ('007', '7', '7'),
    ('-3', '-3', '-3'),
    ('1e-4', '0.0001', ''),
    ('1e3', '1000', ''),
    ('12,7', '', ''),
    ('1_000', '', ''),
    ('+-1', '', ''),
    ('-', '', ''),
    ('0x10', '', ''),
    ('nan', '', ''),
    ('inf', '', ''),
    ('9223372036854775808', '9223372036854775808', ''),
    ('  ', '', ''),
] -%}
{%- set partial_dates = [
    ('2016-03-01', 'day', '2016-03-01', '2016-03-01', '2016-03-01'),
    ('2016-03-01', 'month', '2016-03-01', '2016-03-31', '2016-03-15'),
    ('2016-03-01', 'month', '2016-03-20', '2016-03-31', '2016-03-20'),
    ('2016-03-01', 'month', '2016-03-01', '2016-03-10', '2016-03-10'),
    ('2016-03-01', 'month', '2016-04-02', '2016-03-31', ''),
    ('2016-01-01', 'year', '2016-12-20', '2016-12-31', '2016-12-25'),
    ('2016-01-01', 'year', '2016-12-01', '2016-12-31', '2016-12-16'),
    ('2016-01-01', 'year', '2016-11-30', '2016-12-31', ''),
    ('', 'none', '', '2016-03-31', ''),
] -%}
{%- set birthdays = [
    ('1999-06-30', '2017-06-30', 18),
    ('1999-07-01', '2017-06-30', 17),
    ('2000-02-29', '2018-02-28', 17),
    ('2000-02-29', '2018-03-01', 18),
] -%}
{%- set spans = [
    ('2017-01-01', '2017-01-01', 0),
    ('2017-01-01', '2017-02-01', 31),
    ('2016-02-28', '2016-03-01', 2),
    ('2017-02-01', '2017-01-01', -31),
] -%}
{%- set quotients = [('1', '4', '0.25'), ('0', '4', '0'), ('1', '0', '')] -%}
{%- set printed = [
    ('56.25', 1, '56.2'), ('18.75', 1, '18.8'), ('2.5', 0, '2'), ('-2.5', 0, '-2'),
    ('100.0 * 18 / 32', 1, '56.2'),
] %}
{%- set number_texts = [
    '12.5', '80.0', '0.0', '12345678.0', '0.001', '0.0001', '0.00012', '1e-05', '1.25e-05',
] %}
{%- set limits = [
    (0, 2, '0.0'), (2, 2, '0.158113883'), (1, 4, '0.006309463'), (3, 4, '0.19412045'),
    (120, 249, '0.418397786'), (0, 0, ''),
] %}
{%- set spellings = [
    ('00495', '00495', '495', 'NNNNN', 'false'),
    ('495.0', '495.0', '495', 'NNN.N', 'false'),
    ('="00495"', '="00495"', '495', '="NNNNN"', 'false'),
    ('000', '000', '0', 'NNN', 'false'),
    ("Blinatumomab\u00a0", 'blinatumomab', 'blinatumomab', "AAAAAAAAAAAA\u00a0", 'false'),
    ("blinatu\u200bmomab", 'blinatumomab', 'blinatumomab', "AAAAAAA\u200bAAAAA", 'false'),
    ("IT\u201308", 'it-08', 'it-08', "AA\u2013NN", 'false'),
    ("e\u0301", 'e', 'e', "A\u0301", 'false'),
    ("\u00c9", 'e', 'e', "\u00e9", 'false'),
    ('01/03/2017', '01/03/2017', '1/03/2017', 'NN/NN/NNNN', 'false'),
    ('9999-12-31', '9999-12-31', '9999-12-31', 'NNNN-NN-NN', 'true'),
    ('1900', '1900', '1900', 'NNNN', 'true'),
    ('2016-03', '2016-03', '2016-03', 'NNNN-NN', 'false'),
] %}
with
spellings as (
    {%- for value, folded, folded_as_id, shape, is_placeholder in spellings %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ value }}' as value,
        '{{ folded }}' as folded,
        '{{ folded_as_id }}' as folded_as_id,
        '{{ shape }}' as shape,
        '{{ is_placeholder }}' as is_placeholder
    {%- endfor %}
),

texts as (
    {%- for value, precision, earliest, latest in texts %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ value }}' as value,
        '{{ precision }}' = 'day' as is_whole,
        cast(nullif('{{ earliest }}', '') as date) as earliest,
        cast(nullif('{{ latest }}', '') as date) as latest
    {%- endfor %}
),

numbers as (
    {%- for value, number, whole_number in numbers %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ value }}' as value,
        cast(nullif('{{ number }}', '') as double) as number,
        cast(nullif('{{ whole_number }}', '') as bigint)
            as whole_number
    {%- endfor %}
),

partial_dates as (
    {%- for delivered, precision, earliest, latest, imputed in partial_dates %}
    {{- '\n    union all' if not loop.first }}
    select
        cast(nullif('{{ delivered }}', '') as date)
            as delivered_earliest,
        '{{ precision }}' as delivered_precision,
        cast(nullif('{{ earliest }}', '') as date) as earliest_date,
        cast(nullif('{{ latest }}', '') as date) as latest_date,
        cast(nullif('{{ imputed }}', '') as date) as imputed
    {%- endfor %}
),

birthdays as (
    {%- for birth_date, day, years in birthdays %}
    {{- '\n    union all' if not loop.first }}
    select
        cast('{{ birth_date }}' as date) as birth_date,
        cast('{{ day }}' as date) as on_day,
        {{ years }} as years
    {%- endfor %}
),

spans as (
    {%- for start_date, end_date, days in spans %}
    {{- '\n    union all' if not loop.first }}
    select
        cast('{{ start_date }}' as date) as start_date,
        cast('{{ end_date }}' as date) as end_date,
        {{ days }} as days
    {%- endfor %}
),

quotients as (
    {%- for numerator, denominator, quotient in quotients %}
    {{- '\n    union all' if not loop.first }}
    select
        {{ numerator }} as numerator,
        {{ denominator }} as denominator,
        cast(nullif('{{ quotient }}', '') as double) as quotient
    {%- endfor %}
),

printed as (
    {%- for value, decimals, rounded in printed %}
    {{- '\n    union all' if not loop.first }}
    select
        '{{ value }}' as called_with,
        cast({{ round_half_even('cast(' ~ value ~ ' as double)', decimals) }} as double)
            as returned,
        cast('{{ rounded }}' as double) as promised
    {%- endfor %}
),

written as (
    {%- for text in number_texts %}
    {{- '\n    union all' if not loop.first }}
    select
        cast('{{ text }}' as double) as number,
        '{{ text }}' as as_text
    {%- endfor %}
),

limits as (
    {%- for numerator, denominator, lower_limit in limits %}
    {{- '\n    union all' if not loop.first }}
    select
        cast({{ numerator }} as bigint) as numerator,
        cast({{ denominator }} as bigint) as denominator,
        nullif('{{ lower_limit }}', '') as lower_limit
    {%- endfor %}
),

calls as (
    select
        'parse_date' as macro,
        value as called_with,
        cast({{ parse_date('value') }} as string) as returned,
        cast(case when is_whole then earliest end as string) as promised
    from texts
    union all
    select
        'parse_date_earliest' as macro,
        value as called_with,
        cast({{ parse_date_earliest('value') }} as string) as returned,
        cast(earliest as string) as promised
    from texts
    union all
    select
        'parse_date_latest' as macro,
        value as called_with,
        cast({{ parse_date_latest('value') }} as string) as returned,
        cast(latest as string) as promised
    from texts
    union all
    select
        'parse_number' as macro,
        value as called_with,
        cast({{ parse_number('value') }} as string) as returned,
        cast(number as string) as promised
    from numbers
    union all
    select
        'parse_int' as macro,
        value as called_with,
        cast({{ parse_int('value') }} as string) as returned,
        cast(whole_number as string) as promised
    from numbers
    union all
    select
        'imputed_date' as macro,
        delivered_precision || ' of ' || cast(earliest_date as string) as called_with,
        cast({{ imputed_date() }} as string) as returned,
        cast(imputed as string) as promised
    from partial_dates
    union all
    select
        'completed_years' as macro,
        cast(birth_date as string) as called_with,
        cast({{ completed_years('birth_date', 'on_day') }} as string) as returned,
        cast(years as string) as promised
    from birthdays
    union all
    select
        'days_between' as macro,
        cast(start_date as string) as called_with,
        cast({{ days_between('start_date', 'end_date') }} as string) as returned,
        cast(days as string) as promised
    from spans
    union all
    select
        'ratio' as macro,
        cast(numerator as string) as called_with,
        cast({{ ratio('numerator', 'denominator') }} as string) as returned,
        cast(quotient as string) as promised
    from quotients
    union all
    select
        'round_half_even' as macro,
        called_with,
        cast(returned as string) as returned,
        cast(promised as string) as promised
    from printed
    union all
    select
        'number_text' as macro,
        as_text as called_with,
        {{ number_text('number') }} as returned,
        as_text as promised
    from written
    union all
    select
        'exact_lower_limit' as macro,
        cast(numerator as string) as called_with,
        cast(round({{ exact_lower_limit('numerator', 'denominator') }}, 9) as string)
            as returned,
        lower_limit as promised
    from limits
    union all
    select
        'listed' as macro,
        'nothing' as called_with,
        {{ listed("nullif(as_text, as_text)") }} as returned,
        cast(null as string) as promised
    from written
),

calls_on_spellings as (
    select
        'folded_text' as macro,
        value as called_with,
        {{ folded_text('value') }} as returned,
        folded as promised
    from spellings
    union all
    select
        'folded_id' as macro,
        value as called_with,
        {{ folded_id('value') }} as returned,
        folded_as_id as promised
    from spellings
    union all
    select
        'value_shape' as macro,
        value as called_with,
        {{ value_shape('value') }} as returned,
        shape as promised
    from spellings
    union all
    select
        'is_placeholder_date' as macro,
        value as called_with,
        cast({{ is_placeholder_date('value') }} as string) as returned,
        is_placeholder as promised
    from spellings
),

broken as (
    select * from calls
    where returned is distinct from promised
    union all
    select * from calls_on_spellings
    where returned is distinct from promised
)

select * from broken
