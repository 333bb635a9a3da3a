internal import Foundation

/// nginx as the mirror's peer: forwards, and mirrors a tenth of the calls to a candidate with `ngx_http_mirror_module`; beside it a
/// model with a fixed answer, on nginx too.
final class Nginx {
    /// Where the peer answers: under `/mirror`.
    let origin: String
    /// The model with the fixed answer.
    let model: String
    private let folder: URL
    private var processes: [Int32] = []

    private static let answer =
        #"{"id":"chatcmpl-9x","object":"chat.completion","created":1780000000,"model":"m","choices":[{"index":0,"message":{"#
        + #""role":"assistant","content":"card_arrival"},"logprobs":null,"finish_reason":"stop"}],"#
        + #""usage":{"prompt_tokens":512,"completion_tokens":4,"total_tokens":516}}"#

    /// Starts both. `production` is what the peer forwards to: the model, where it is nil.
    init(in folder: URL, production: String? = nil) throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx") else {
            stop("nginx is missing: ./deploy/install --bench", code: 1)
        }
        self.folder = folder
        // Below the ports that the kernel hands out, and other ones for each run.
        let port = 20_000 + Int(ProcessInfo.processInfo.processIdentifier) % 6000 * 2
        origin = "http://127.0.0.1:\(port)"
        model = "http://127.0.0.1:\(port + 1)"
        let upstream = (production ?? model).dropFirst("http://".count)
        let pools = """
            upstream production { server \(upstream); keepalive 4096; keepalive_requests 10000000; }
            upstream candidate { server 127.0.0.1:\(port + 1); keepalive 256; keepalive_requests 10000000; }
            split_clients $request_id $sampled { 10% 1; * 0; }
            proxy_http_version 1.1; proxy_set_header Connection "";
            """
        let forwards = """
            listen 127.0.0.1:\(port) backlog=4096 reuseport;
            location /mirror/ { mirror /_candidate; proxy_pass http://production/; }
            location = /_candidate { internal; if ($sampled = 0) { return 204; } proxy_pass http://candidate; }
            """
        let answers =
            "listen 127.0.0.1:\(port + 1) backlog=4096; location / { default_type application/json; return 200 '\(Nginx.answer)'; }"
        try start("model", "server { \(answers) }")
        try start("peer", "\(pools)\nserver { \(forwards) }")
    }

    /// The processes that do the peer's work, one a core as the mirror has its loops.
    var workers: [Int32] { children(of: processes[1]).map(\.pid) }

    /// Ends both.
    func end() { for process in processes { output(["kill", "\(process)"]) } }

    private func start(_ name: String, _ http: String) throws {
        let path = folder.appending(path: name).path
        let settings = """
            daemon on; worker_processes auto; worker_rlimit_nofile 65536; pid \(path).pid; error_log \(path).err;
            events { worker_connections 32768; }
            http { access_log off; keepalive_requests 10000000; keepalive_timeout 300s; client_body_buffer_size 256k;
            client_body_temp_path \(path).body; proxy_temp_path \(path).proxy; fastcgi_temp_path \(path).f; uwsgi_temp_path \(path).u;
            scgi_temp_path \(path).s;
            \(http) }
            """
        try settings.write(toFile: "\(path).conf", atomically: true, encoding: .utf8)
        output(["/usr/sbin/nginx", "-c", "\(path).conf"], leavesDaemon: true)
        Thread.sleep(forTimeInterval: 0.3)
        let text = try String(contentsOfFile: "\(path).pid", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let process = Int32(text) else { stop("nginx did not start: see \(path).err", code: 1) }
        processes.append(process)
    }
}
