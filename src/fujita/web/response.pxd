cimport cython

from fujita.httputil.delegates cimport HTTPConnection
from fujita.web.base cimport HandlerBase

@cython.locals(fields=dict, now=long)
cdef dict _default_fields()

cdef class ResponsePart(HandlerBase):
    pass

@cython.locals(buffer=list)
cdef _respond(ResponsePart handler, HTTPConnection connection)
