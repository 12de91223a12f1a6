{#-
  What a value looks like, without the value: N for a digit, A for a letter.

  | value        | value_shape  |
  | '01/03/2017' | 'NN/NN/NNNN' |
  | '09MAR2016'  | 'NNAAANNNN'  |
  | '12,7'       | 'NN,N'       |
-#}
{% macro value_shape(value) -%}
    {%- set letters = 'abcdefghijklmnopqrstuvwxyz' -%}
    translate(
        lower({{ value }}),
        '0123456789{{ letters }}',
        'NNNNNNNNNN{{ 'A' * letters | length }}'
    )
{%- endmacro %}
