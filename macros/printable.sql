{#-
  A delivered name where it can be printed in a sentence, else what stands for it: a
  name may be anything, and a terminal obeys what it is sent.

  | value     | printable(value, 'another') |
  | 'IT-08'   | 'IT-08'                     |
  | 'a@b.org' | 'another'                   |
-#}
{% macro printable(value, otherwise) -%}
    case
        when
            length({{ value }}) <= 40
            and translate(
                lower({{ value }}), 'abcdefghijklmnopqrstuvwxyz0123456789-_. ', ''
            ) = ''
            then {{ value }}
        else {{ otherwise }}
    end
{%- endmacro %}
