/// The style sheet of every page: system fonts, light and dark, print.
enum HTMLStyle {
    static let sheet: StaticString = """
        :root{--ink:#1b1f24;--soft:#57606a;--paper:#fff;--box:#f6f8fa;--line:#d0d7de;--good:#1a7f37;--bad:#b42318;--wait:#8a5a00;
        --good-box:#eaf6ec;--bad-box:#fdecea;--wait-box:#fff6e0;--production:#c2570c;--candidate:#1f6feb;--both:#2e8b6b;--neither:#7a828c;
        --mark:#ffe08a}
        @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4b0;--paper:#0d1117;--box:#161b22;--line:#30363d;--good:#4cc26a;
        --bad:#ff8178;--wait:#e3b341;--good-box:#10261a;--bad-box:#2d1517;--wait-box:#2a2110;--production:#f0883e;--candidate:#6cb0ff;
        --both:#56c29a;--neither:#8b949e;--mark:#6b5300}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0 auto;padding:1.5rem 1.25rem 3rem;max-width:60rem;color:var(--ink);background:var(--paper);
        font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
        .skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem;z-index:1}
        a{color:var(--candidate)}:focus-visible{outline:3px solid var(--candidate);outline-offset:2px}
        h1{font-size:1rem;font-weight:600;margin:0 0 1rem;color:var(--soft);overflow-wrap:anywhere}
        h2{font-size:1.3rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
        h3{font-size:1.1rem;margin:2rem 0 .4rem}
        p{margin:.5rem 0;overflow-wrap:break-word}.whole{white-space:nowrap}
        .verdict{border-left:.4rem solid;border-radius:.3rem;padding:.75rem 1rem;margin:0 0 1rem}
        .verdict.pass{border-color:var(--good);background:var(--good-box)}.verdict.fail{border-color:var(--bad);background:var(--bad-box)}
        .verdict.open{border-color:var(--wait);background:var(--wait-box)}
        .headline{font-size:1.35rem;line-height:1.35;font-weight:650;margin:0;text-wrap:balance}
        .action{margin:.35rem 0 0}.action code{font-size:1rem}
        .impact{font-size:1.1rem}.worst{color:var(--soft)}
        .banner{border:1px solid var(--wait);border-radius:.3rem;background:var(--wait-box);padding:.4rem .8rem}
        .title{color:var(--soft);font-weight:600;overflow-wrap:anywhere}
        .gate-line{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem .5rem;padding:0;margin:.75rem 0}
        .gate-line li{border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem;white-space:nowrap}
        .gate-line li:first-child{white-space:normal}
        .gate-line .pass,.pass>.gate-name .mark{color:var(--good)}.gate-line .fail,.fail>.gate-name .mark{color:var(--bad);font-weight:650}
        .gate-line .open,.open>.gate-name .mark{color:var(--wait);font-weight:650}
        nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:1.5rem 0 0;font-size:.9rem}
        .lead{font-size:1.05rem;max-width:46rem}
        .gates{list-style:none;padding:0;margin:1rem 0}
        .gates li{display:grid;grid-template-columns:9.5rem 15rem 1fr;gap:.25rem 1rem;align-items:center;padding:.6rem 0;
        border-bottom:1px solid var(--line)}
        .gates p{margin:0}.gate-sentence{font-size:.92rem}.n,.advisory{color:var(--soft);white-space:nowrap}
        .advisory{display:block;font-size:.8rem}
        svg{display:block;max-width:100%;height:auto}svg text{font-size:12px;fill:var(--soft)}
        .zone{fill:var(--good-box)}.axis{stroke:var(--line)}.threshold{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:3 2}
        .interval{stroke:var(--ink);stroke-width:2}.arrow{fill:none;stroke:var(--ink);stroke-width:2}
        .pass .estimate{fill:var(--good)}.fail .estimate{fill:var(--bad)}.open .estimate{fill:var(--wait)}
        .part.production{fill:var(--production)}.part.candidate{fill:var(--candidate)}.part.both{fill:var(--both)}
        .part.neither{fill:var(--neither)}.part.unknown{fill:var(--paper);stroke:var(--soft)}
        .interval.production,.arrow.production{stroke:var(--production)}.interval.candidate,.arrow.candidate{stroke:var(--candidate)}
        .dot.production{fill:var(--production)}.dot.candidate{fill:var(--candidate)}
        .look{fill:var(--candidate)}.key.zone::before{background:var(--good-box);border:1px solid var(--good)}
        .key.limit::before{background:var(--ink);width:2px}
        .stage{fill:var(--neither)}.line{fill:none;stroke:var(--line);stroke-width:1.5}
        .certified{fill:var(--good)}.uncertified{fill:var(--paper);stroke:var(--soft);stroke-width:1.5}
        svg.row{min-width:9rem}svg.curve{width:100%;max-width:30rem;margin:1rem 0 0}
        .legend{font-size:.85rem;color:var(--soft);display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:1rem 0 0}
        .key::before{content:"";display:inline-block;width:.75rem;height:.75rem;margin-right:.35rem;border-radius:.15rem;
        vertical-align:-.05rem;background:var(--neither)}
        .key.production::before{background:var(--production)}.key.candidate::before{background:var(--candidate)}
        .key.both::before{background:var(--both)}.key.unknown::before{background:var(--paper);border:1px solid var(--soft)}
        .key.certified::before{background:var(--good);border-radius:50%}
        .key.uncertified::before{background:var(--paper);border:1.5px solid var(--soft);border-radius:50%}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:.92rem;min-width:60%}
        figure{margin:1.25rem 0}figcaption{font-weight:600;padding:0 0 .3rem}
        th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:middle;font-weight:400}
        thead th{color:var(--soft);font-size:.85rem}tbody th{font-weight:600}
        td{white-space:nowrap}td.words{white-space:normal;min-width:5rem}td.number{white-space:normal}.number{text-align:right}.bar{min-width:9rem}
        .matrix{min-width:0}.matrix th,.matrix td{padding:.25rem .45rem}.matrix thead th{writing-mode:vertical-rl;transform:rotate(180deg);
        text-align:left;vertical-align:bottom;white-space:nowrap}.matrix td{border:1px solid var(--line)}
        .matrix .shade-1{--shade:10%}.matrix .shade-2{--shade:20%}.matrix .shade-3{--shade:30%}.matrix .shade-4{--shade:40%}
        .matrix .shade-5{--shade:50%}.matrix .agrees{background:color-mix(in srgb,var(--both) var(--shade,0%),transparent)}
        .matrix .differs{background:color-mix(in srgb,var(--production) var(--shade,0%),transparent)}
        .leaves th{font-weight:400;color:var(--soft);padding-left:1.2rem}.leaves td{color:var(--soft)}
        details{margin:.75rem 0}summary{cursor:pointer;padding:.25rem 0}
        .queries{font-size:.88rem;color:var(--soft)}.queries dt{margin-top:.6rem}.queries dd{margin:0}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88em;background:var(--box);padding:.1rem .3rem;
        border-radius:.2rem;overflow-wrap:anywhere}
        .queries code{display:block;padding:.4rem .6rem;color:var(--ink)}
        .example{border:1px solid var(--line);border-radius:.4rem;padding:.75rem 1rem;margin:.75rem 0;background:var(--box)}
        .identity{font-size:.82rem;color:var(--soft);overflow-wrap:anywhere;margin-top:0}
        .label{font-size:.8rem;color:var(--soft);margin:.5rem 0 0}
        .foreign{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
        .sides{display:grid;grid-template-columns:1fr 1fr;gap:0 1.25rem}
        mark{background:var(--mark);color:inherit;border-radius:.15rem}
        .differences{font-size:.88rem;padding-left:1.2rem;overflow-wrap:anywhere}
        .candidate>h2{margin-top:3rem}
        footer{margin-top:3rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem}
        @media screen and (max-width:48rem){.gates li{grid-template-columns:1fr;padding:.8rem 0}.advisory{display:inline}
        .gate-chart{max-width:20rem}.headline{font-size:1.2rem}}
        @media screen and (max-width:60rem){td{white-space:normal}th,td{padding-right:.6rem}}
        @media screen and (max-width:34rem){.sides{grid-template-columns:1fr}body{padding:1rem .9rem 2rem}}
        @media print{:root{--ink:#000;--soft:#444;--paper:#fff;--box:#f4f4f4;--line:#bbb;--good:#1a7f37;--bad:#b42318;--wait:#8a5a00;
        --good-box:#eaf6ec;--bad-box:#fdecea;--wait-box:#fff6e0;--production:#c2570c;--candidate:#1f6feb;--both:#2e8b6b;--neither:#7a828c;
        --mark:#ffe08a}
        @page{size:A4;margin:10mm}html{font-size:7.6pt}td.number{white-space:nowrap}body{max-width:none;padding:0;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        nav,.skip,details:not([open]),.queries{display:none}.scroll{overflow:visible}h2{margin-top:1.2rem;padding-top:.4rem}th,td{padding-top:.12rem;padding-bottom:.12rem}
        .gates li{padding:.2rem 0}svg.curve{max-width:21rem;margin:.4rem 0 0}figure{margin:.7rem 0}p{margin:.3rem 0}
        h2,h3,figcaption,.gates li,.example,tr,svg{break-inside:avoid}h2,h3,figcaption{break-after:avoid}}
        """
}
