//! A picture: orders a second, and the slowest in a hundred, by how much is in the database.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use ronde_bench_storage::engines::Kind;

use crate::Failed;
use crate::measure::Seen;
use crate::report::Median;
use crate::runs::{Found, Measured};

const SIZE: (u32, u32) = (1100, 460);

/// Draws both.
pub fn draw(path: &Path, found: &Found) -> Result<(), Failed> {
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(SIZE.0 / 2);
    lines(&left, ("Orders a second, 32 in flight", false), &found.engines, |seen| seen.flight.rate)?;
    lines(&right, ("p99 of one order at a time, ms", true), &found.engines, |seen| seen.single.p99)?;
    area.present()?;
    Ok(())
}

fn colour(kind: Kind) -> RGBColor {
    // Told apart by those who see no red or green, too.
    match kind {
        Kind::Sqlite => RGBColor(0, 114, 178),
        Kind::Fjall => RGBColor(230, 159, 0),
        Kind::Redb => RGBColor(110, 110, 110),
    }
}

fn lines(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    (title, above): (&str, bool),
    all: &[Measured],
    of: impl Fn(&Seen) -> f64,
) -> Result<(), Failed> {
    let mut sizes: Vec<u64> = all.iter().map(|one| one.coins).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let place = |coins: u64| sizes.iter().position(|size| *size == coins).unwrap_or(0) as f64;
    let points = |kind: Kind| {
        let mut of_kind: Vec<&Measured> = all.iter().filter(|one| one.engine == kind).collect();
        of_kind.sort_by_key(|one| one.coins);
        let height = |one: &Measured| Median::of(one.rounds.iter().map(&of)).middle;
        of_kind.iter().map(|one| (place(one.coins), height(one))).collect::<Vec<(f64, f64)>>()
    };
    let most = Kind::ALL.into_iter().flat_map(points).map(|(_, height)| height).fold(0.0, f64::max);
    let last = sizes.len().saturating_sub(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(-0.2..last + 0.2, 0.0..(most * 1.3).max(1.0))?;
    let label = |at: &f64| {
        let whole = (at.round() - at).abs() < 1e-6 && *at >= 0.0;
        sizes.get(at.round() as usize).filter(|_| whole).map_or(String::new(), |coins| format!("{coins}"))
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(sizes.len() * 5 + 3)
        .x_label_formatter(&label)
        .x_desc("coins spent before")
        .draw()?;
    for kind in Kind::ALL {
        let drawn = points(kind);
        if drawn.is_empty() {
            continue;
        }
        let colour = colour(kind);
        chart
            .draw_series(LineSeries::new(drawn.clone(), colour.stroke_width(3)))?
            .label(kind.name())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
        chart.draw_series(drawn.into_iter().map(|point| Circle::new(point, 4, colour.filled())))?;
    }
    let corner = if above { SeriesLabelPosition::UpperLeft } else { SeriesLabelPosition::UpperRight };
    chart.configure_series_labels().position(corner).border_style(BLACK.mix(0.3)).background_style(WHITE).draw()?;
    Ok(())
}
