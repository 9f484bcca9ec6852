"""Every sentence of the page, in every language that it speaks.

The page gets the whole catalogue, so that switching the language needs no other page. Values go
in for ``{names}``. Where English tells one from many there are two entries, ``….one`` and
``….other``; languages that do not say the same in both.
"""

from typing import Final

from fujita.chat.catalogue.chinese import CHINESE
from fujita.chat.catalogue.english import ENGLISH

CATALOGUE: Final = {"en": ENGLISH, "zh": CHINESE}
