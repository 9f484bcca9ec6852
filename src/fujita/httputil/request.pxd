from fujita.httputil.request_state cimport RequestState, fill
from fujita.wire.http1.request cimport RequestHead

cpdef request_from_head(RequestHead head, connection, context, server_connection)
