from fujita.httpserver.connection cimport Connection
from fujita.httputil.delegates cimport HTTPConnection
from fujita.httputil.framing cimport BodyFraming
from fujita.wire.http1.fields cimport FieldSection
from fujita.wire.http1.request cimport RequestHead
from fujita.wire.http1.serialize cimport message_head, status_line

cdef class ServerExchange(HTTPConnection):
    cdef public Connection protocol
    cdef public object context
    cdef public RequestHead head
    cdef public object delegate
    cdef public bint reading
    cdef public bint response_started
    cdef object _close_callback
    cdef bint _closes
    cdef BodyFraming _framing

    cpdef respond(self, code, str reason, dict fields, bytes body)
    cpdef set_close_callback(self, callback)
