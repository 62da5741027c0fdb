//! `xiangmu profile scores [ID]`: the ready-made sheets of indicators a county may copy from (ux.md 6.2).
//!
//! None of them is a county's rule: what is printed is a piece of a profile file, to be pasted into the county's own, where
//! `profile lint` reads it.

use serde_json::{Map, Value, json};
use shared::rules::scores::formula::{Preset, presets};

use crate::cli::output::Output;
use crate::exit::{Exit, Failure};

/// Lists the presets, or prints one as a piece of a profile file.
///
/// # Errors
/// When there is no such preset.
pub fn run(id: Option<&str>, output: &mut Output) -> Result<Exit, Failure> {
    let all = presets();
    let Some(id) = id else {
        for preset in &all {
            if output.json {
                output.value(
                    &json!({"id": preset.id, "name": preset.name_zh, "source": preset.source}),
                )?;
            } else {
                output.line(&format!("{}\t{}", preset.id, preset.name_zh))?;
            }
        }
        return Ok(Exit::Done);
    };
    let ids: Vec<_> = all.iter().map(|preset| preset.id.as_str()).collect();
    let preset = all.iter().find(|preset| preset.id == id).ok_or_else(|| {
        let known = ids.join("|");
        Failure::unusable(anyhow::anyhow!("there is no preset {id}"))
            .hint(format!("xiangmu profile scores {known}"))
    })?;
    let piece = piece(preset);
    if output.json {
        output.value(&piece)?;
    } else {
        let text = serde_json::to_string_pretty(&piece).map_err(Failure::failed)?;
        output.line(&text)?;
    }
    Ok(Exit::Done)
}

/// The keys of a profile file that say what the preset says.
fn piece(preset: &Preset) -> Value {
    let indicators = preset.items.iter().map(|item| {
        json!({"id": item.id, "name_zh": item.name_zh, "data_source": null, "formula": item.formula})
    });
    let points = preset
        .items
        .iter()
        .map(|item| (item.id.clone(), json!(item.points)));
    let known = preset.items.iter().all(|item| item.points.is_some());
    let points: Map<String, Value> = points.collect();
    json!({
        "assess": {"schemes": [{
            "id": preset.id,
            "name_zh": preset.name_zh,
            "indicators": indicators.collect::<Vec<_>>(),
        }]},
        "score": {
            "mode": if known { json!("points") } else { Value::Null },
            "max_points": if known { Value::Object(points) } else { Value::Null },
        },
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use shared::profile::Profile;
    use shared::text::Lang;

    use super::*;

    #[test]
    fn a_preset_pasted_into_a_countys_file_is_sound() {
        for preset in presets() {
            let mut file: Value = serde_json::from_str(Profile::json("wushan").unwrap()).unwrap();
            let piece = piece(&preset);
            let scheme = file.pointer_mut("/assess/schemes/0").unwrap();
            for (key, value) in piece
                .pointer("/assess/schemes/0")
                .unwrap()
                .as_object()
                .unwrap()
            {
                scheme[key] = value.clone();
            }
            file["score"] = piece["score"].clone();
            let found = Profile::lint(&file.to_string());
            assert!(found.is_ok(), "{}: {:?}", preset.id, found.err());
        }
    }

    #[test]
    fn presets_are_named_and_an_unknown_one_is_refused() {
        let mut output = Output::new(true, Lang::En);
        assert_eq!(run(None, &mut output).unwrap(), Exit::Done);
        assert_eq!(run(Some("rate"), &mut output).unwrap(), Exit::Done);
        assert_eq!(
            run(Some("none"), &mut output).unwrap_err().exit,
            Exit::Unusable
        );
    }
}
