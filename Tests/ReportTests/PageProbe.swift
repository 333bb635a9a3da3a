/// What the tests ask a browser about a page: JavaScript expressions, most of which list what is amiss.
enum PageProbe {
    /// Whatever could run or be loaded.
    static let active = """
        [...document.querySelectorAll('script,iframe,object,embed,link,img,image,use,video,audio,form,base')].map(e => e.outerHTML)
            .concat([...document.querySelectorAll('*')].flatMap(e => [...e.attributes]
                .filter(a => /^on/i.test(a.name) || /^(src|srcset|action)$/.test(a.name) || a.name == 'href' && !a.value.startsWith('#'))
                .map(a => a.name + '=' + a.value)))
            .concat([...document.querySelectorAll('style')].flatMap(s => s.textContent.match(/url\\(|@import/g) || []))
        """

    static let openEverything = "document.querySelectorAll('details').forEach(d => d.open = true)"

    /// What reaches out of the page. Boxes that scroll by themselves may hold more than they show.
    static let overflowing = """
        (() => {
            const wide = [...document.body.querySelectorAll('*')].filter(e => {
                const box = e.getBoundingClientRect();
                return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)
                    && !e.closest('.skip') && !(e.parentElement.closest('.scroll') && !matchMedia('print').matches);
            }).map(e => e.outerHTML.slice(0, 120));
            return document.documentElement.scrollWidth > innerWidth ? wide.concat('the page scrolls sideways') : wide;
        })()
        """

    /// Boxes that would scroll; on paper they cannot.
    static let scrolling = """
        [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.ariaLabel)
        """

    /// Texts and marks whose contrast to what is behind them falls short of WCAG 2.2 AA: 4.5, or 3 for large texts and for marks.
    static let faint = """
        (() => {
            const parse = text => {
                const parts = text.slice(text.indexOf('(') + 1).match(/[\\d.e-]+/g).map(Number);
                const scale = text.startsWith('color') ? 255 : 1;
                return [...parts.slice(0, 3).map(v => v * scale), parts.length > 3 ? parts[3] : 1];
            };
            const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
            const ground = element => {
                const layers = [];
                for (let e = element; e; e = e.parentElement) layers.unshift(parse(getComputedStyle(e).backgroundColor));
                return layers.reduce((below, top) => over(top, below), [255, 255, 255, 1]);
            };
            const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, factor, i) => {
                const v = c[i] / 255;
                return sum + factor * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            }, 0);
            const contrast = (colour, below) => {
                const [a, b] = [light(over(parse(colour), below)), light(below)];
                return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            };
            const found = new Set();
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const element = texts.currentNode.parentElement;
                if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest('title,desc')) continue;
                const style = getComputedStyle(element);
                const size = parseFloat(style.fontSize);
                const needed = size >= 24 || size >= 18.66 && style.fontWeight >= 700 ? 3 : 4.5;
                const reached = contrast(element.closest('svg') ? style.fill : style.color, ground(element));
                if (reached < needed) found.add(`${element.outerHTML.slice(0, 90)}: ${reached.toFixed(2)}`);
            }
            // Axes, shades of ground and the line between dots carry nothing that is not said by another mark.
            for (const mark of document.querySelectorAll('svg :is(rect,circle,path,line,polyline):not(.zone,.axis,.line)')) {
                const style = getComputedStyle(mark);
                const colours = [style.fill, style.stroke].filter(c => c != 'none');
                if (!mark.checkVisibility()) continue;
                const reached = Math.max(...colours.map(c => contrast(c, ground(mark))));
                if (reached < 3) found.add(`${mark.getAttribute('class')}: ${reached.toFixed(2)}`);
            }
            return [...found];
        })()
        """

    /// Levels that are skipped, and more or fewer than one heading of the first.
    static let headingFaults = """
        (() => {
            const levels = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => [+h.tagName[1], h.textContent]);
            const faults = levels.filter(([level, text], i) => !text.trim() || level > (i ? levels[i - 1][0] : 0) + 1).map(h => h[1]);
            return levels.filter(([level]) => level == 1).length == 1 ? faults : faults.concat('not one h1');
        })()
        """

    /// Ids that are there twice, and references to none.
    static let danglingReferences = """
        (() => {
            const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
            const twice = ids.filter((id, i) => ids.indexOf(id) != i);
            const used = [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1))
                .concat([...document.querySelectorAll('[aria-labelledby]')].flatMap(e => e.getAttribute('aria-labelledby').split(' ')));
            return twice.concat(used.filter(id => !document.getElementById(id)));
        })()
        """

    private static let reachable = "[...document.querySelectorAll('summary,a[href],[tabindex=\"0\"]')].filter(e => e.checkVisibility())"

    static let numberReachable = "\(reachable).length"
    /// What takes the focus and did not get it.
    static let unreached = "\(reachable).filter(e => !('reached' in e.dataset)).map(e => e.outerHTML.slice(0, 120))"
}
