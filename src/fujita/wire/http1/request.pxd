from fujita.wire.http1.buffer cimport ReceiveBuffer
from fujita.wire.http1.fields cimport FieldSection

cdef class RequestHead:
    cdef readonly str method
    cdef readonly str target
    cdef readonly str path
    cdef readonly str query
    cdef readonly int minor_version
    cdef readonly FieldSection section
    cdef readonly bint has_body
    cdef readonly bint keep_alive
    cdef readonly bint is_plain

cdef class RequestParser(ReceiveBuffer):
    cdef readonly object limits
    cdef public object body_limit
    cdef object _body
    cdef bytes _last_data
    cdef RequestHead _last_head
    cdef bytes _last_lines
    cdef FieldSection _last_section

    cpdef next_event(self)
