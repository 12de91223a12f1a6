{#-
  The characters that a reader takes for a blank, or does not see: the space, the
  no-break spaces, the spaces of other widths, those of no width, the byte-order mark.

  | value                  | trim(both '<blanks>' from value) |
  | U+00A0 || 'x' || U+200B | 'x'                              |
-#}
{% macro blanks() -%}
    {{ return(
        " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
        ~ "\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\u00ad\ufeff"
    ) }}
{%- endmacro %}
