//! Pictures of links in answers. They are drawn as an answer leaves: kept under an idempotency key they would be all but
//! a few hundred bytes of it, for a week, though the link beside them says the same.

use crate::qr;

/// How a member begins whose picture is drawn later. The quotes of a text within a text are escaped, so no text of a till
/// can look like it; and a picture, as earlier programs kept it, begins with `<`.
const MEMBER: &[u8] = br#""qr_svg":"draw:"#;
/// What of that is the text's.
const MARK: &str = "draw:";

/// Stands for the picture of a link in an answer; nothing if the link is too long for one.
pub(super) fn of(link: &str) -> Option<String> {
    (link.len() <= qr::LONGEST).then(|| format!("{MARK}{link}"))
}

/// The answer with its pictures: the same bytes each time (HTTP-11).
pub(super) fn draw(body: Vec<u8>) -> Vec<u8> {
    let mut drawn = Vec::new();
    let mut rest = body.as_slice();
    while let Some(at) = rest.windows(MEMBER.len()).position(|window| window == MEMBER) {
        // From the quote on with which the text begins.
        let (before, text) = rest.split_at(at + MEMBER.len() - MARK.len() - 1);
        let mut texts = serde_json::Deserializer::from_slice(text).into_iter::<String>();
        let Some(Ok(marked)) = texts.next() else { break };
        let link = marked.strip_prefix(MARK).unwrap_or_default();
        // It was not too long when it was put there.
        let picture = qr::svg(link).unwrap_or_default();
        drawn.extend_from_slice(before);
        drawn.extend(serde_json::to_vec(&picture).unwrap_or_default());
        rest = text.get(texts.byte_offset()..).unwrap_or_default();
    }
    if drawn.is_empty() {
        return body;
    }
    drawn.extend_from_slice(rest);
    drawn
}

#[cfg(test)]
mod tests;
