from fujita.wire.http1.fields cimport FieldSection
from fujita.wire.http1.request cimport RequestHead

cdef class RequestState:
    cdef public RequestHead _head
    cdef public object _headers
    cdef public object _context
    cdef public object _start_time
    cdef public object method
    cdef public object uri
    cdef public object path
    cdef public object query
    cdef public object connection
    cdef public object server_connection

cdef _head_field(RequestState request, str name)
cpdef find_header(request, str name)
cpdef fill(RequestState request, RequestHead head, connection, context, server_connection)
