//! Addresses in the lines of a picture, for terminals that can follow a link: only those that are whole on the screen,
//! over several rows too.

use super::text::{self, GOES_ON, rest_of_address, web_address};
use domain::text::is_suspect;
use ratatui::layout::Rect;

/// Cells that lead somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Row after row.
    pub places: Vec<Rect>,
    /// Where to: printable ASCII only.
    pub uri: String,
}

/// Finds the addresses in lines that are drawn one below the other.
#[derive(Debug, Default)]
pub(crate) struct Finder {
    /// What was found.
    pub(crate) links: Vec<Link>,
    /// An address whose rest stands in the next line.
    open: Option<Link>,
}

impl Finder {
    /// Looks at a text that was drawn from `(x, y)` on in so many cells, cut or not.
    pub(crate) fn look(&mut self, x: u16, y: u16, cells: u16, drawn: &str) {
        let drawn_whole = text::width(drawn) <= usize::from(cells);
        if drawn.chars().any(|c| c != GOES_ON && is_suspect(c)) {
            return;
        }
        let mut from = 0;
        if let Some(mut open) = self.open.take() {
            if drawn.trim().is_empty() {
                self.open = Some(open);
                return;
            }
            let rest = rest_of_address(drawn);
            open.uri.push_str(rest);
            self.keep(open, Rect::new(x, y, text::cells(rest), 1), &drawn[rest.len()..], drawn_whole);
            from = rest.len();
        }
        while let Some(at) = drawn[from..].find("http").map(|at| from + at) {
            let address = web_address(&drawn[at..]);
            from = at + address.len().max("http".len());
            if !address.is_empty() {
                let place = Rect::new(x.saturating_add(text::cells(&drawn[..at])), y, text::cells(address), 1);
                let link = Link { places: Vec::new(), uri: address.to_owned() };
                self.keep(link, place, &drawn[from..], drawn_whole || place.right() + 2 < x + cells);
            }
        }
    }

    /// Keeps an address with one more piece of it, if nothing of it is missing; `after` is what follows it in its line.
    fn keep(&mut self, mut link: Link, place: Rect, after: &str, shown: bool) {
        if !shown {
            return;
        }
        link.places.push(place);
        match after.chars().next() {
            Some(GOES_ON) => self.open = Some(link),
            // What hides a part of an address, or writes it otherwise, stands right behind it.
            Some('\\' | '<' | '…' | '{' | '%') => {}
            Some(_) | None => self.links.push(link),
        }
    }

    /// Ends what goes on: the lines after this are others.
    pub(crate) fn end(&mut self) {
        self.open = None;
    }

    /// Forgets what something else now lies over.
    pub(crate) fn cover(&mut self, place: Rect) {
        self.links.retain(|link| link.places.iter().all(|of| of.intersection(place).is_empty()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address, and where it stands: first cell, row, cells.
    type Found = (String, Vec<(u16, u16, u16)>);

    fn found(width: u16, lines: &[String]) -> Vec<Found> {
        let mut finder = Finder::default();
        for (y, line) in (0..).zip(lines) {
            finder.look(3, y, width.min(text::cells(line)), line);
        }
        let of = |link: Link| (link.uri, link.places.iter().map(|at| (at.x, at.y, at.width)).collect());
        finder.links.into_iter().map(of).collect()
    }

    #[test]
    fn an_address_is_found_whole_and_without_the_signs_around_it() {
        let says = |text: &str| found(80, &[text.to_owned()]);
        assert_eq!(says("see https://302.ai/a?b=1."), [("https://302.ai/a?b=1".to_owned(), vec![(7, 0, 20)])]);
        assert_eq!(says(r#"{"url":"http://x.cn/v.mp4"}"#), [("http://x.cn/v.mp4".to_owned(), vec![(11, 0, 17)])]);
        assert_eq!(says("地址 https://x.cn，然后"), [("https://x.cn".to_owned(), vec![(8, 0, 12)])]);
        for hidden in
            ["https://x.cn/v?k=<removed>", r"https://x.cn/?a=1\u0026b=2", "https://x.cn/vi…", "http", "https://"]
        {
            assert_eq!(says(hidden), [], "{hidden}");
        }
    }

    #[test]
    fn an_address_over_several_rows_is_one_link() {
        let lines = text::wrap("at https://x.cn/abcdefghijklmnopqrstuvwxyz now", 20);
        let places = vec![(3, 1, 20), (3, 2, 19)];
        assert_eq!(found(20, &lines), [("https://x.cn/abcdefghijklmnopqrstuvwxyz".to_owned(), places)]);
        assert_eq!(found(20, &lines[..2]), [], "its end is not seen");
        assert_eq!(found(20, &lines[2..]), [], "its beginning is not seen");
        assert_eq!(found(12, &lines), [], "cut at the edge");
    }

    #[test]
    fn what_lies_over_an_address_takes_its_link() {
        let mut finder = Finder::default();
        finder.look(0, 4, 12, "https://x.cn");
        finder.cover(Rect::new(11, 0, 5, 9));
        assert_eq!(finder.links, []);
    }
}
