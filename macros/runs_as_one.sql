{#-
  A text in which each run of one character, up to 64 long, stands once.

  | value    | runs_as_one(value, 'N') |
  | 'NNN,NN' | 'N,N'                   |
-#}
{% macro runs_as_one(value, character) -%}
    {%- set replaced = namespace(text=value) -%}
    {%- for n in (16, 8, 4, 2, 2, 2) -%}
        {%- set replaced.text = "replace(" ~ replaced.text ~ ", '" ~ character * n
            ~ "', '" ~ character ~ "')" -%}
    {%- endfor -%}
    {{ replaced.text }}
{%- endmacro %}
