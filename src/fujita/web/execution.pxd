from fujita.web.response cimport ResponsePart

cdef class ExecutionPart(ResponsePart):
    pass
