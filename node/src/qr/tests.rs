//! Both drawings show the same code as the library that made it, with its quiet zone.

use qrcode::{Color, EcLevel, QrCode};

use super::{MODULE, QUIET_ZONE, svg, terminal};

const LINK: &str = "https://ronde.example/g/AAAAAAAAAAAAAAAAAAAAAA#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Rows of modules with the light ones around.
fn wanted() -> Vec<Vec<bool>> {
    let code = QrCode::with_error_correction_level(LINK, EcLevel::M).unwrap();
    let (width, colours) = (code.width(), code.to_colors());
    let side = width + 2 * QUIET_ZONE;
    let is_dark = |row: usize, column: usize| {
        let inside = |at: usize| at.checked_sub(QUIET_ZONE).filter(|at| *at < width);
        inside(row).zip(inside(column)).is_some_and(|(row, column)| colours[row * width + column] == Color::Dark)
    };
    (0..side).map(|row| (0..side).map(|column| is_dark(row, column)).collect()).collect()
}

/// Numbers of `M{x} {y}h{w}v{h}H{x}V{y}`.
fn numbers(text: &str) -> Vec<usize> {
    text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn the_svg_shows_the_code_and_nothing_else() {
    let drawn = svg(LINK).unwrap();
    let wanted = wanted();
    let module = usize::try_from(MODULE).unwrap();
    let side = wanted.len() * module;
    assert!(drawn.contains(&format!("viewBox=\"0 0 {side} {side}\"")), "{}", &drawn[..300]);
    let path = drawn.split("d=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut shown = vec![vec![false; wanted.len()]; wanted.len()];
    for piece in path.split('M').filter(|piece| !piece.is_empty()) {
        let [left, top, width, height, ..] = numbers(piece)[..] else { panic!("{piece}") };
        for row in top..top + height {
            for column in left..left + width {
                shown[row / module][column / module] = true;
            }
        }
    }
    assert_eq!(shown, wanted);
    assert!(!drawn.contains("script") && !drawn.contains("style") && !drawn.contains("href"));
    assert!(!drawn.contains("ronde.example"), "the link is in the code alone");
}

#[test]
fn the_code_of_the_longest_link_fits_into_an_answer() {
    let longest = format!("https://{}/g/{}#{}", "x".repeat(192), "A".repeat(22), "A".repeat(43));
    let drawn = svg(&longest).unwrap();
    assert!(drawn.len() < 60 * 1024, "{}", drawn.len());
}

#[test]
fn what_is_too_long_for_a_code_is_said_to_be() {
    let long = "x".repeat(3000);
    assert!(svg(&long).is_err() && terminal(&long).is_err());
}
