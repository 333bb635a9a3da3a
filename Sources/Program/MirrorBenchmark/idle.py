"""Opens connections, brings one call on each, and holds them until its input ends. Usage: idle.py ORIGIN TARGET COUNT"""
import json
import resource
import socket
import sys
from urllib.parse import urlsplit

origin, target, count = urlsplit(sys.argv[1]), sys.argv[2], int(sys.argv[3])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "When will my card arrive? " + "x" * 1600}]})
request = f"POST {target} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
connections = []
for _ in range(count):
    connection = socket.create_connection((origin.hostname, origin.port))
    connection.sendall(request)
    answer = b""
    while not answer.endswith(b"}}"):
        answer += connection.recv(65536)
    connections.append(connection)
print(f"open {len(connections)}", flush=True)
sys.stdin.read()
