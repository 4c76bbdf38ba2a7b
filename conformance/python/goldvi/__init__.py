"""goldvi: a golden model of the AMD IOMMU.

    import goldvi
    memory = goldvi.Memory(16 << 20)
    iommu = goldvi.Iommu("epyc-rome", memory)
    iommu.write("CONTROL", IommuEn=1)
    print(iommu.translate(address=0x1000, length=4, device=0x20))

Formats: encode(), decode(), describe(), validate(), FORMATS.  The model: Iommu.  What an
IOMMU may do, and whether one did: Oracle.  Constants are those of the C headers without
GVI_: Result.GRANT, AccessKind.WRITE, MAX_EFFECTS.
"""

from ._abi import *  # noqa: F401,F403  constants and enumerations
from ._abi import VERSION, AccessKind
from ._host import ALTERNATIVES, Note
from ._library import Error
from ._records import (CHOICES, CLAUSES, Answer, AtsAnswer, AtsRequest, Config, Effect, Interrupt, Invalidation,
                       Message, PageAnswer, PageRequest, Pick, Request)
from .formats import ALL_FEATURES, FORMATS, decode, describe, encode, validate
from .iommu import PRESETS, Answers, Iommu, configuration
from .memory import BusError, Memory
from .oracle import (ConfigRead, ConfigWrite, InvalidationDone, InvalidationTimedOut, Judgement, MmioRead,
                     MmioWrite, Oracle, Outcome, Step)

READ, WRITE = AccessKind.READ, AccessKind.WRITE
__version__ = f"{VERSION // 10000}.{VERSION // 100 % 100}.{VERSION % 100}"
