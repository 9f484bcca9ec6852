from fujita.httputil.request_state cimport find_header
from fujita.web.response cimport ResponsePart

cdef class EtagPart(ResponsePart):
    pass
