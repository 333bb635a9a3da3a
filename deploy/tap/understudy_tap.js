// Keeps what production answers while nginx passes it on, and makes the record that POST /{workload}/pairs takes.
// njs 0.7 or newer; see nginx.conf beside this file.

// Longer answers are handed in cut off, and the mirror marks them as broken.
const LIMIT = 4 * 1024 * 1024;

// js_body_filter: every piece goes on untouched, as it came.
function keep(r, data, flags) {
    const kept = r.variables.understudy_answer || '';
    if (kept.length < LIMIT) {
        r.variables.understudy_answer = kept + data;
    }
    if (flags.last) {
        r.variables.understudy_took = String(Math.round(Number(r.variables.request_time) * 1000));
        r.variables.understudy_status = String(r.status);
    }
    r.sendBuffer(data, flags);
}

// js_set: the record of a finished call.
function record(r) {
    const took = Number(r.variables.understudy_took || 0);
    return JSON.stringify({
        id: r.variables.request_id,
        called_at: new Date(Date.now() - took).toISOString(),
        request: r.variables.request_body || '',
        response: r.variables.understudy_answer || '',
        status: Number(r.variables.understudy_status || r.status),
        duration_ms: took,
    });
}

export default { keep, record };
