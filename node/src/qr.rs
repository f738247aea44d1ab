//! A link as a QR code: in the terminal, and as SVG for a till's screen.

use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as ISO/IEC 18004 asks for; readers fail without.
const QUIET_ZONE: usize = 4;

/// The longest link that fits into a code, in bytes: version 40 at level M.
pub const LONGEST: usize = 2331;

/// The link is too long for a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this link is too long for a QR code: show it as text")]
pub struct TooLong;

/// The code as lines of half blocks, two rows of modules to a line, dark on light whatever the terminal's colours.
///
/// # Errors
/// [`TooLong`] above some 2,300 characters.
pub fn terminal(link: &str) -> Result<String, TooLong> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M).map_err(|_| TooLong)?;
    let width = code.width();
    let colors = code.to_colors();
    let is_dark = |row: usize, column: usize| {
        let inside = |at: usize| at.checked_sub(QUIET_ZONE).filter(|at| *at < width);
        let module = inside(row).zip(inside(column)).and_then(|(row, column)| colors.get(row * width + column));
        module == Some(&Color::Dark)
    };
    let side = width + 2 * QUIET_ZONE;
    let mut text = String::new();
    for row in (0..side).step_by(2) {
        // Black on white, by name: a dark terminal would otherwise show the negative, which many readers refuse.
        text.push_str("\u{1b}[30;107m");
        for column in 0..side {
            text.push(match (is_dark(row, column), is_dark(row + 1, column)) {
                (false, false) => ' ',
                (true, false) => '\u{2580}',
                (false, true) => '\u{2584}',
                (true, true) => '\u{2588}',
            });
        }
        text.push_str("\u{1b}[0m\n");
    }
    Ok(text)
}

/// Width of a module, in the units of an SVG.
const MODULE: u32 = 4;

/// The code as an SVG document, black on white with its quiet zone. It has no script, no style and no address.
///
/// # Errors
/// [`TooLong`] as above.
pub fn svg(link: &str) -> Result<String, TooLong> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M).map_err(|_| TooLong)?;
    let mut renderer = code.render::<svg::Color<'_>>();
    Ok(renderer.quiet_zone(true).module_dimensions(MODULE, MODULE).build())
}

#[cfg(test)]
mod tests;
