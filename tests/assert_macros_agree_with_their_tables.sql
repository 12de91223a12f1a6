-- A returned row is a call whose value is not the one that its macro's table promises.
{%- set texts = [
    ('2020-02-29', 'day', '2020-02-29', '2020-02-29'),
    ('2020-02-31', 'none', none, none),
    ('2020/02/29', 'none', none, none),
    ('2020-2-29', 'none', none, none),
    ('0000-01-01', 'none', none, none),
    (' 2016-03-09 ', 'day', '2016-03-09', '2016-03-09'),
    ('2016-03', 'partial', '2016-03-01', '2016-03-31'),
    ('2016-02', 'partial', '2016-02-01', '2016-02-29'),
    ('2016', 'partial', '2016-01-01', '2016-12-31'),
    ('2016-13', 'none', none, none),
    ('201a', 'none', none, none),
    ('', 'none', none, none),
] -%}
{%- set numbers = [
    ('12.7', '12.7', none),
    ('007', '7', '7'),
    ('-3', '-3', '-3'),
    ('1e-4', '0.0001', none),
    ('1e3', '1000', none),
    ('12,7', none, none),
    ('1_000', none, none),
    ('+-1', none, none),
    ('-', none, none),
    ('0x10', none, none),
    ('nan', none, none),
    ('inf', none, none),
    ('9223372036854775808', '9223372036854775808', none),
    ('  ', none, none),
] -%}
{%- set partial_dates = [
    ('2016-03-01', 'day', '2016-03-01', '2016-03-01', '2016-03-01'),
    ('2016-03-01', 'month', '2016-03-01', '2016-03-31', '2016-03-15'),
    ('2016-03-01', 'month', '2016-03-20', '2016-03-31', '2016-03-20'),
    ('2016-03-01', 'month', '2016-03-01', '2016-03-10', '2016-03-10'),
    ('2016-03-01', 'month', '2016-04-02', '2016-03-31', none),
    ('2016-01-01', 'year', '2016-12-20', '2016-12-31', '2016-12-25'),
    ('2016-01-01', 'year', '2016-12-01', '2016-12-31', '2016-12-16'),
    ('2016-01-01', 'year', '2016-11-30', '2016-12-31', none),
    (none, 'none', none, '2016-03-31', none),
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
{%- set quotients = [('1', '4', '0.25'), ('0', '4', '0'), ('1', '0', none)] -%}
{%- set printed = [
    ('56.25', 1, '56.2'), ('18.75', 1, '18.8'), ('2.5', 0, '2'), ('-2.5', 0, '-2'),
    ('100.0 * 18 / 32', 1, '56.2'),
] -%}
{%- macro text_or_null(value) -%}
    {{ 'cast(null as string)' if value is none else "'" ~ value ~ "'" }}
{%- endmacro -%}
{%- macro date_or_null(value) -%}
    cast({{ text_or_null(value) }} as date)
{%- endmacro -%}
with
texts as (
    {%- for value, precision, earliest, latest in texts %}
    {{- '\n    union all' if not loop.first }}
    select
        {{ text_or_null(value) }} as value,
        {{ date_or_null(earliest if precision == 'day' else none) }} as whole,
        {{ date_or_null(earliest) }} as earliest,
        {{ date_or_null(latest) }} as latest
    {%- endfor %}
),

numbers as (
    {%- for value, number, whole_number in numbers %}
    {{- '\n    union all' if not loop.first }}
    select
        {{ text_or_null(value) }} as value,
        cast({{ text_or_null(number) }} as double) as number,
        cast({{ text_or_null(whole_number) }} as bigint) as whole_number
    {%- endfor %}
),

partial_dates as (
    {%- for delivered, precision, earliest, latest, imputed in partial_dates %}
    {{- '\n    union all' if not loop.first }}
    select
        {{ date_or_null(delivered) }} as delivered_earliest,
        '{{ precision }}' as delivered_precision,
        {{ date_or_null(earliest) }} as earliest_date,
        {{ date_or_null(latest) }} as latest_date,
        {{ date_or_null(imputed) }} as imputed
    {%- endfor %}
),

calls as (
    select
        'parse_date' as macro,
        value as called_with,
        cast({{ parse_date('value') }} as string) as returned,
        cast(whole as string) as promised
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
    {%- for birth_date, day, years in birthdays %}
    union all
    select
        'completed_years' as macro,
        '{{ birth_date }} on {{ day }}' as called_with,
        cast(
            {{ completed_years(date_or_null(birth_date), date_or_null(day)) }} as string
        ) as returned,
        '{{ years }}' as promised
    {%- endfor %}
    {%- for start_date, end_date, days in spans %}
    union all
    select
        'days_between' as macro,
        '{{ start_date }} to {{ end_date }}' as called_with,
        cast(
            {{ days_between(date_or_null(start_date), date_or_null(end_date)) }} as string
        ) as returned,
        '{{ days }}' as promised
    {%- endfor %}
    {%- for numerator, denominator, quotient in quotients %}
    union all
    select
        'ratio' as macro,
        '{{ numerator }} of {{ denominator }}' as called_with,
        cast({{ ratio(numerator, denominator) }} as string) as returned,
        cast(cast({{ text_or_null(quotient) }} as double) as string) as promised
    {%- endfor %}
    {%- for value, decimals, rounded in printed %}
    union all
    select
        'print_rounded' as macro,
        '{{ value }} to {{ decimals }}' as called_with,
        cast(
            cast({{ print_rounded('cast(' ~ value ~ ' as double)', decimals) }} as double)
            as string
        ) as returned,
        cast(cast('{{ rounded }}' as double) as string) as promised
    {%- endfor %}
),

broken as (
    select * from calls
    where returned is distinct from promised
)

select * from broken
