from fujita.httputil.delegates cimport HTTPConnection
from fujita.wire.http1.fields cimport FieldSection
from fujita.wire.http1.request cimport RequestHead

cdef class ServerExchange(HTTPConnection):
    cdef public object protocol
    cdef public object context
    cdef public RequestHead head
    cdef public object delegate
    cdef public bint reading
    cdef public bint response_started
    cdef object _close_callback
    cdef bint _chunked
    cdef bint _closes
    cdef object _remaining
