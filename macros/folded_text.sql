{#-
  A text as a reader takes it: without case, accents, and blanks of any kind, whatever
  its form in Unicode; Cyrillic letters that look like Latin ones are these. It finds
  spellings that are alike; nothing is joined by it. Plain ASCII, nearly all there is,
  needs no translation.

  | value                     | folded_text    |
  | 'Methotrexate' || U+00A0  | 'methotrexate' |
  | 'e' || U+0301, 'É'        | 'e'            |
  | 'IT' || U+2013 || '08'    | 'it-08'        |
-#}
{% macro folded_text(value) -%}
    {%- set accented =
        'àáâãäåāăąçćĉċčďðđèéêëēĕėęěĝğġģĥìíîïĩīĭįıĵķĺļľłñńņň'
        ~ 'òóôõöøōŏőŕŗřśŝşšſţťùúûüũūŭůűųŵýÿŷźżž'
    -%}
    {%- set bare =
        'aaaaaaaaacccccdddeeeeeeeeegggghiiiiiiiiijkllllnnnn'
        ~ 'ooooooooorrrsssssttuuuuuuuuuuwyyyzzz'
    -%}
    {%- set cyrillic, latin = 'авекмнорстух', 'abekmhopctyx' -%}
    {%- set wide = '０１２３４５６７８９ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ－' -%}
    {%- set narrow = '0123456789abcdefghijklmnopqrstuvwxyz-' -%}
    {%- set dashes, hyphens = "\u2010\u2011\u2012\u2013\u2014\u2212", '------' -%}
    {%- set marks = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c"
        ~ "\u0327\u0328\u2018\u2019\u201c\u201d" -%}
    {#- What the first text has more than the second is left out. -#}
    translate(
        case
            when bit_length({{ value }}) = 8 * length({{ value }})
                then lower({{ value }})
            else translate(
                lower({{ value }}),
                '{{ accented ~ cyrillic ~ wide ~ dashes ~ marks ~ blanks() }}',
                '{{ bare ~ latin ~ narrow ~ hyphens }}'
            )
        end,
        ' ' || chr(9) || chr(10) || chr(13),
        ''
    )
{%- endmacro %}
