"""What a reader takes for a blank, or does not see; macros/blanks.sql has the same."""

BLANKS = (
    " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\u00ad\ufeff"
)
"""The characters that are trimmed at a value's ends."""
