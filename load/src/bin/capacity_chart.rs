//! Draws `docs/capacity.svg`: orders a second in the busiest minute over the number of stores, and what one committee carries.
//! `cargo xtask capacity` calls it.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use plotters::prelude::*;
use ronde_node::capacity::words::{SIZES, number};
use ronde_node::capacity::{Figures, Plan, answer};
use ronde_protocol::limits::MAX_STORES;

const SIZE: (u32, u32) = (960, 600);
const FONT: &str = "sans-serif";
/// Stores, from and to.
const ACROSS: (f64, f64) = (100.0, 200_000.0);
/// Orders a second, from and to.
const UP: (f64, f64) = (10.0, 100_000.0);
/// Points of a line.
const POINTS: u32 = 80;
/// Machines of witnesses: processors.
const CORES: [f64; 2] = [2.0, 4.0];

/// Draws what is needed and what committees carry, by the built-in figures.
#[derive(Parser)]
struct Options {
    /// Where to
    file: PathBuf,
}

fn main() -> ExitCode {
    let Options { file } = Options::parse();
    match draw(&file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("capacity_chart: {}: {error}; name a file that can be written", file.display());
            ExitCode::FAILURE
        }
    }
}

fn draw(file: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let (plan, figures) = (Plan::default(), Figures::built_in());
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let title = format!("{} baskets a day in each store", number(plan.baskets_per_day));
    let mut chart = ChartBuilder::on(&root)
        .caption(title, (FONT, 20))
        .margin(12)
        .x_label_area_size(45)
        .y_label_area_size(75)
        .build_cartesian_2d((ACROSS.0..ACROSS.1).log_scale(), (UP.0..UP.1).log_scale())?;
    let formatter = |value: &f64| number(*value);
    chart
        .configure_mesh()
        .x_desc("stores")
        .y_desc("orders a second, busiest minute")
        .x_label_formatter(&formatter)
        .y_label_formatter(&formatter)
        .draw()?;
    let at = |stores: f64| Plan { stores, ..plan.clone() };
    let needed = stores().map(|stores| (stores, at(stores).peak_rate())).filter(inside);
    chart
        .draw_series(LineSeries::new(needed, BLACK.stroke_width(3)))?
        .label("needed")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 24, y)], BLACK.stroke_width(3)));
    for (size, colour) in SIZES.into_iter().zip([BLUE, RED, RGBColor(0, 130, 60)]) {
        for (cores, width) in CORES.into_iter().zip([1, 2]) {
            let carried = |stores| answer(&Plan { witnesses: size, cores, ..at(stores) }, &figures).committee_rate;
            let line = stores().map(|stores| (stores, carried(stores))).filter(inside);
            let style = colour.stroke_width(width);
            chart
                .draw_series(LineSeries::new(line, style))?
                .label(format!("one committee of {size}, {} cores each", number(cores)))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], style));
        }
    }
    let marks = [
        (750.0, "750 stores"),
        (MAX_STORES as f64, "all of a charter"),
        (10_000.0, "10,000"),
        (166_667.0, "100 million baskets"),
    ];
    for (stores, name) in marks {
        let place = (stores, at(stores).peak_rate());
        chart.draw_series([Circle::new(place, 5, BLACK.filled())])?;
        // Right of the line, but not beyond the edge.
        let aside = if stores > 50_000.0 { (-150, -4) } else { (10, 4) };
        let label = EmptyElement::at(place) + Text::new(name, aside, (FONT, 14));
        chart.draw_series([label])?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(BLACK)
        .label_font((FONT, 13))
        .draw()?;
    Ok(root.present()?)
}

/// Evenly over a logarithmic axis.
fn stores() -> impl Iterator<Item = f64> {
    (0..=POINTS).map(|step| ACROSS.0 * (ACROSS.1 / ACROSS.0).powf(f64::from(step) / f64::from(POINTS)))
}

fn inside((_, rate): &(f64, f64)) -> bool {
    (UP.0..=UP.1).contains(rate)
}
