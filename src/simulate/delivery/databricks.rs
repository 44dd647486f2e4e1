//! Databricks: delivery on AWS, Azure diagnostic records, exports of the system table.

use super::{Delivery, Packed, Shelf, count, during, unformatted};
use crate::simulate::calendar::{Scope, after, at, date_text};
use crate::simulate::databricks::{COLUMNS, Row, resource_name};
use crate::simulate::dice::Dice;
use crate::simulate::{Plan, SimulateError};

/// The day that Databricks delivers uncompressed.
const PLAIN_DAY: u32 = 3;
/// The account day that a second delivery configuration, or the export of a second region, delivers as well.
const SECOND_DELIVERY_DAY: u32 = 9;
/// The production day that is delivered twice, byte for byte.
const REPEATED_DAY: u32 = 14;
/// Every so many days, the system table is exported as CSV.
const CSV_EVERY: u32 = 3;

/// The files of a day.
pub(super) fn deliver(
    shelf: &mut Shelf,
    plan: &Plan,
    rows: &[Row],
    day: u32,
    dice: &mut Dice,
) -> Result<(), SimulateError> {
    let of_day = during(rows, Row::time, at(day, 0, 0), at(day + 1, 0, 0));
    let of_account = || of_day.iter().filter(|row| row.scope() == Scope::Account);
    match plan.delivery {
        Delivery::Aws => on_aws(shelf, of_day, day, dice),
        Delivery::Azure => {
            of_system_table(shelf, &of_account().collect::<Vec<_>>(), day)?;
            on_azure(shelf, of_day, day)?;
            if day == SECOND_DELIVERY_DAY {
                let file = Packed::lines(of_day.iter().map(Row::system))?;
                shelf.repeat(&format!("system/again-{}.json", date_text(at(day, 0, 0))), &file)?;
            }
            Ok(())
        }
        Delivery::System => {
            of_system_table(shelf, &of_day.iter().collect::<Vec<_>>(), day)?;
            if day == SECOND_DELIVERY_DAY {
                let file = Packed::lines(of_account().map(Row::system))?;
                shelf.repeat(&format!("system/region-2-{}.json", date_text(at(day, 0, 0))), &file)?;
            }
            Ok(())
        }
    }
}

fn on_aws(shelf: &mut Shelf, of_day: &[Row], day: u32, dice: &mut Dice) -> Result<(), SimulateError> {
    for scope in Scope::ALL {
        let folder = format!("workspaceId={}/date={}", scope.workspace_id(), date_text(at(day, 0, 0)));
        let mut name = |suffix: &str| format!("{folder}/auditlogs_{}.json{suffix}", dice.hex(16));
        let lines = || Packed::lines(of_day.iter().filter(|row| row.scope() == scope));
        if day == PLAIN_DAY {
            shelf.put(&name(""), &lines()?)?;
            continue;
        }
        let file = lines()?.gzip()?;
        shelf.put(&name(".gz"), &file)?;
        match (scope, day) {
            (Scope::Account, SECOND_DELIVERY_DAY) => {
                shelf.repeat(&format!("second-delivery/{}", name("")), &lines()?)?;
            }
            (Scope::Production, REPEATED_DAY) => shelf.repeat(&name(".gz"), &file)?,
            _ => {}
        }
    }
    Ok(())
}

/// A blob for each workspace and hour, grown by the hour's end.
fn on_azure(shelf: &mut Shelf, of_day: &[Row], day: u32) -> Result<(), SimulateError> {
    for scope in [Scope::Production, Scope::Sandbox] {
        for hour in 0..24 {
            let (from, to) = (at(day, hour, 0), after(at(day, hour, 0), 3_600));
            let of_hour = during(of_day, Row::time, from, to).iter().filter(|row| row.scope() == scope);
            let file = Packed::lines(of_hour.map(Row::azure))?;
            if file.records > 0 {
                let resource = format!("WORKSPACES/{}", resource_name(scope).to_uppercase());
                let name = format!("insights-logs/{resource}/{}/PT1H.json", from.format("y=%Y/m=%m/d=%d/h=%H/m=00"));
                shelf.put(&name, &file)?;
            }
        }
    }
    Ok(())
}

fn of_system_table(shelf: &mut Shelf, rows: &[&Row], day: u32) -> Result<(), SimulateError> {
    let date = date_text(at(day, 0, 0));
    if day % CSV_EVERY == 1 {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS).map_err(unformatted)?;
        for row in rows {
            writer.write_record(row.cells()).map_err(unformatted)?;
        }
        let bytes = writer.into_inner().map_err(unformatted)?;
        return shelf.put(&format!("system/{date}.csv.gz"), &Packed { bytes, records: count(rows) }.gzip()?);
    }
    shelf.put(&format!("system/{date}.json.gz"), &Packed::lines(rows.iter().map(|row| row.system()))?.gzip()?)
}
