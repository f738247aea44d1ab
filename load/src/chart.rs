//! A drawing of the last phase: how long orders took by percentile, and second by second with the rate.

use std::path::Path;

use plotters::prelude::*;

use crate::Failed;
use crate::phase::Figures;

const SIZE: (u32, u32) = (960, 1080);
const FONT: &str = "sans-serif";
/// Least of a logarithmic axis in milliseconds.
const LEAST: f64 = 0.1;

/// Draws it into a file.
pub fn draw(figures: &Figures, file: &Path) -> Result<(), Failed> {
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    let failed = |error: String| Failed::from(format!("{}: {error}; name a file that can be written", file.display()));
    let drawn = || -> Result<(), Box<dyn std::error::Error>> {
        root.fill(&WHITE)?;
        let parts = root.split_evenly((3, 1));
        let [curve, latency, rate] = &parts[..] else { return Err("no room to draw".into()) };
        by_percentile(figures, curve)?;
        by_second(figures, latency)?;
        rates(figures, rate)?;
        Ok(root.present()?)
    };
    drawn().map_err(|error| failed(error.to_string()))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Across: one of so many orders took longer. Each decade is as wide as the others.
fn by_percentile(figures: &Figures, area: &Area<'_>) -> Drawn {
    let points: Vec<(f64, f64)> = figures.curve.iter().map(|(percent, ms)| (one_of(*percent), ms.max(LEAST))).collect();
    let most = points.iter().map(|(_, ms)| *ms).fold(1.0, f64::max) * 1.2;
    let title = format!("{}: latency by percentile", figures.name);
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 20))
        .margin(10)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d((1f64..10_000f64).log_scale(), (LEAST..most).log_scale())?;
    let percent = |one: &f64| format!("{} %", trimmed(100.0 - 100.0 / one));
    chart.configure_mesh().x_desc("so many orders took no longer").y_desc("ms").x_label_formatter(&percent).draw()?;
    Ok(chart.draw_series(LineSeries::new(points, &BLUE)).map(drop)?)
}

fn by_second(figures: &Figures, area: &Area<'_>) -> Drawn {
    let seconds = || figures.by_second.iter().filter(|second| second.planned > 0);
    let most = seconds().map(|second| second.p99_ms).fold(1.0, f64::max) * 1.2;
    let end = figures.by_second.last().map_or(1.0, |second| second.at + 1.0);
    let mut chart = ChartBuilder::on(area)
        .caption("second by second", (FONT, 20))
        .margin(10)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0f64..end, (LEAST..most).log_scale())?;
    chart.configure_mesh().x_desc("s").y_desc("ms").draw()?;
    for (name, colour, of) in [("p50", BLUE, 0), ("p99", RED, 1)] {
        let value = |second: &crate::phase::Second| if of == 0 { second.p50_ms } else { second.p99_ms };
        let line = LineSeries::new(seconds().map(|second| (second.at, value(second).max(LEAST))), &colour);
        chart.draw_series(line)?.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour));
    }
    Ok(chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()?)
}

fn rates(figures: &Figures, area: &Area<'_>) -> Drawn {
    let all = &figures.by_second;
    let most = all.iter().map(|second| second.planned.max(second.done)).max().unwrap_or(1) as f64 * 1.2;
    let end = all.last().map_or(1.0, |second| second.at + 1.0);
    let mut chart = ChartBuilder::on(area)
        .caption("orders a second", (FONT, 20))
        .margin(10)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0f64..end, 0f64..most)?;
    chart.configure_mesh().x_desc("s").y_desc("orders/s").draw()?;
    let planned = LineSeries::new(all.iter().map(|second| (second.at, second.planned as f64)), &BLACK);
    chart.draw_series(planned)?.label("planned").legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], BLACK));
    let done = LineSeries::new(all.iter().map(|second| (second.at, second.done as f64)), &GREEN);
    chart.draw_series(done)?.label("done").legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], GREEN));
    Ok(chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()?)
}

fn one_of(percent: f64) -> f64 {
    100.0 / (100.0 - percent).max(0.01)
}

fn trimmed(percent: f64) -> String {
    let text = format!("{percent:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
