//! What pages of requests show, ready for the templates: words, shapes and times.

use domain::area::{AreaCode, Level};
use domain::calendar::Calendar;
use domain::id::RequestId;
use domain::requests::{Ending, Handler, Kind, Rung, Stage};
use jiff::Timestamp;

use crate::app::Settings;
use crate::identity;
use crate::requests::{Line, Seen, Told, words};
use crate::web::time;
use crate::web::words::{Lang, Phrase};

/// A status: colour, shape and word.
pub struct Status {
    pub class: &'static str,
    pub shape: &'static str,
    pub word: &'static str,
}

/// A moment by which something is due.
pub struct DueView {
    pub class: &'static str,
    pub icon: &'static str,
    /// RFC 3339.
    pub iso: String,
    pub text: String,
    /// The same with its whole date, for paper.
    pub full: String,
}

/// One request in a list.
pub struct Item {
    pub id: RequestId,
    pub number: String,
    pub title: String,
    pub place: String,
    pub icon: &'static str,
    pub status: Status,
    pub signal: Option<Status>,
    pub due: Option<DueView>,
    pub holder: String,
    pub stage: &'static str,
    pub wants_extension: bool,
    pub is_current: bool,
}

/// One step of the story.
pub struct Step {
    pub class: &'static str,
    /// What happened, by the name that the records keep.
    pub event: String,
    pub title: String,
    pub note: String,
    pub iso: String,
    pub at: String,
    /// The same with its whole date, for paper.
    pub full: String,
}

/// A photo to look at.
pub struct PhotoView {
    pub path: String,
    pub thumbnail: String,
    pub alt: String,
    /// It shows the work done, not what was asked for.
    pub is_done: bool,
}

/// What all conversions need to know.
#[derive(Clone, Copy)]
pub struct Eye<'a> {
    pub settings: &'a Settings,
    pub lang: Lang,
    pub now: Timestamp,
}

impl Eye<'_> {
    pub fn status(&self, stage: &str, ending: Option<&str>, asked: bool, late: bool) -> Status {
        let word = words::stage(stage);
        let (class, shape, word) = match stage {
            "closed" if matches!(ending, Some("confirmed" | "unrated") | None) => {
                ("is-done", "s-done", word)
            }
            "closed" => ("is-closed", "s-closed", words::ending(ending.unwrap_or_default())),
            _ if asked => {
                ("is-paused", "s-paused", Phrase { zh: "等居民答复", en: "Waiting for an answer" })
            }
            "resolved" => ("is-confirm", "s-confirm", word),
            _ if late => ("is-overdue", "s-overdue", word),
            "redo" => ("is-redo", "s-redo", word),
            "suspended" => ("is-paused", "s-paused", word),
            "accepted" | "handling" => ("is-doing", "s-doing", word),
            _ => ("is-pending", "s-pending", word),
        };
        Status { class, shape, word: self.lang.say(word) }
    }

    pub fn due(&self, at: Timestamp) -> DueView {
        let late = self.now > at;
        let soon = at.duration_since(self.now).as_hours() < 24;
        let (class, icon) = match (late, soon) {
            (true, _) => ("due-late", "i-warn"),
            (_, true) => ("due-soon", "i-clock"),
            _ => ("", "i-clock"),
        };
        let zone = &self.calendar().zone;
        let text = time::near(at, self.now, zone, self.lang);
        let full = time::full(at, zone, self.lang);
        DueView { class, icon, iso: time::rfc3339(at, zone), text, full }
    }

    pub fn item(&self, line: &Line) -> Item {
        let late = line.due_at.is_some_and(|at| self.now > at);
        let category = self.settings.category(&line.category);
        let holder = match (line.unit, line.worker) {
            (Some(unit), _) => self.settings.unit_name(unit, self.lang),
            (None, Some(worker)) => self.settings.staff_name(worker),
            (None, None) => String::new(),
        };
        Item {
            id: line.id,
            number: line.number.clone(),
            title: title(&line.text),
            place: self.place(line.area, &line.place),
            icon: icon(category.map_or("", |found| &found.icon)),
            status: self.status(line.stage, line.ending.as_deref(), line.is_asked, late),
            signal: self.signal(line.rung, line.is_ordered, line.stage == "closed"),
            due: line.due_at.map(|at| self.due(at)),
            holder,
            stage: line.stage,
            wants_extension: line.wants_extension,
            is_current: false,
        }
    }

    /// How far the clock has climbed: nothing while it is green, or when all is over.
    pub fn signal(&self, rung: Rung, is_ordered: bool, is_over: bool) -> Option<Status> {
        let (class, shape, word) = match (rung, is_ordered) {
            _ if is_over => return None,
            (_, true) => ("is-overdue", "s-overdue", Phrase { zh: "督办", en: "Ordered" }),
            (Rung::Green, _) => return None,
            (Rung::Yellow, _) => ("is-pending", "s-pending", Phrase { zh: "黄牌", en: "Yellow" }),
            _ => ("is-overdue", "s-overdue", Phrase { zh: "红牌", en: "Red" }),
        };
        Some(Status { class, shape, word: self.lang.say(word) })
    }

    /// Who does the work, or did it.
    pub fn handler(&self, by: Handler) -> String {
        match by {
            Handler::Worker(worker) => self.settings.staff_name(worker),
            Handler::Unit(unit) => self.settings.unit_name(unit, self.lang),
            Handler::Desk(desk) => self.lang.say(words::desk(desk)).to_owned(),
        }
    }

    pub fn place(&self, area: AreaCode, place: &str) -> String {
        let name = self.settings.place_name(area, self.lang);
        if place.is_empty() { name } else { format!("{name} {place}") }
    }

    pub fn seen_status(&self, seen: &Seen) -> Status {
        let request = &seen.record.request;
        let late = request.due.is_some_and(|due| due.is_over(self.now));
        let ending = match request.stage {
            Stage::Closed { ending, .. } => Some(ending.name()),
            _ => None,
        };
        let asked = request.question.is_some();
        let mut status = self.status(request.stage.name(), ending, asked, late);
        if asked && seen.is_mine {
            self.ask(&mut status);
        }
        status
    }

    /// Says the status of a request with an open question to the one who is asked.
    pub fn ask(&self, status: &mut Status) {
        let word = Phrase { zh: "等您答复", en: "Waiting for your answer" };
        status.word = self.lang.say(word);
    }

    /// The story with the newest first; the last step is where it stands now.
    pub fn steps(&self, seen: &Seen) -> Vec<Step> {
        let newest = seen.story.len();
        let steps = seen.story.iter().enumerate().rev();
        steps.map(|(place, told)| self.step(told, place + 1 == newest, seen)).collect()
    }

    fn step(&self, told: &Told, is_newest: bool, seen: &Seen) -> Step {
        let zone = &self.calendar().zone;
        let over = seen.record.request.stage.is_closed();
        let class = match (is_newest, over) {
            (true, false) => "now",
            (true, true) => match seen.record.request.stage {
                Stage::Closed { ending: Ending::Confirmed { .. }, .. } => "good",
                _ => "now",
            },
            (false, _) => "",
        };
        let year_is_now = Calendar::date(self.calendar(), told.at).year()
            == Calendar::date(self.calendar(), self.now).year();
        let at = if year_is_now {
            time::near(told.at, self.now, zone, self.lang)
        } else {
            time::full(told.at, zone, self.lang)
        };
        Step {
            class,
            event: told.event.clone(),
            title: self.told(told),
            note: told.note.clone(),
            iso: time::rfc3339(told.at, zone),
            at,
            full: time::full(told.at, zone, self.lang),
        }
    }

    /// What happened, with the unit, the rating or the days that belong to it, and who did it.
    pub fn told(&self, told: &Told) -> String {
        let mut text = self.lang.say(words::event(&told.event)).to_owned();
        let zh = self.lang == Lang::Zh;
        let colon = if zh { "：" } else { ": " };
        if let Some(unit) = told.unit {
            text = format!("{text}{colon}{}", self.settings.unit_name(unit, self.lang));
        }
        if let Some(rating) = told.rating.and_then(domain::requests::Rating::new) {
            text = format!("{text}{colon}{}", self.lang.say(words::rating(rating)));
        }
        if let Some(days) = told.days {
            let days = match (zh, days) {
                (true, days) => format!("{days} 个工作日"),
                (false, 1) => "1 working day".to_owned(),
                (false, days) => format!("{days} working days"),
            };
            text = format!("{text}{colon}{days}");
        }
        if let Some(day) = told.review_on {
            let day = day.strftime(if zh { "%Y年%-m月%-d日" } else { "%-d %B %Y" });
            text = format!("{text}{colon}{day}");
        }
        if let Some(day) = told.reply_by {
            text = format!("{text}{colon}{}", words::reply_by(day, self.lang));
        }
        if let Some((from, to)) = told.moved {
            let [from, to] = [from, to].map(|at| time::full(at, &self.calendar().zone, self.lang));
            text = format!("{text}{colon}{from} → {to}");
        }
        if told.actor.is_empty() {
            return text;
        }
        if told.role == "writer" {
            let writer = if zh { "代办" } else { "written down by" };
            return format!("{text} · {writer} {}", told.actor);
        }
        format!("{text} · {}", told.actor)
    }

    pub fn photos(&self, seen: &Seen) -> Vec<PhotoView> {
        let id = seen.record.request.id;
        let full = seen.sight == domain::requests::Sight::Full;
        let photos = seen.photos.iter().filter(|_| full).enumerate();
        photos
            .map(|(place, photo)| {
                let path = format!("/requests/{id}/photos/{}", photo.hash);
                let number = place + 1;
                let is_done = photo.side == "done";
                let alt = match (self.lang, is_done) {
                    (Lang::Zh, false) => format!("第 {number} 张照片"),
                    (Lang::Zh, true) => format!("第 {number} 张照片：办理结果"),
                    (Lang::En, false) => format!("Photo {number}"),
                    (Lang::En, true) => format!("Photo {number}: the work done"),
                };
                PhotoView { thumbnail: format!("{path}/thumbnail"), path, alt, is_done }
            })
            .collect()
    }

    /// Who wrote it down for the asker, with their post: 楼长 王**; empty where nobody did.
    pub fn writer(&self, seen: &Seen) -> String {
        let post = seen.writer_post.map_or("", |post| self.lang.say(identity::words::post(post)));
        format!("{post} {}", seen.writer_name).trim().to_owned()
    }

    /// From when on the asker may remind them again; empty where nothing keeps them from it.
    pub fn again_from(&self, seen: &Seen) -> String {
        let (request, today) = (&seen.record.request, self.calendar().date(self.now));
        let has_today = seen.is_mine && request.reminded_on == Some(today);
        let tomorrow = today.tomorrow().ok().filter(|_| has_today);
        let tomorrow = tomorrow.filter(|_| request.turn(Kind::Reminder).is_ok());
        tomorrow.map(|day| words::again_from(day, self.lang)).unwrap_or_default()
    }

    fn calendar(&self) -> &Calendar {
        &self.settings.calendar
    }
}

/// The five steps that an asker knows, and which of them is reached.
pub fn way(seen: &Seen, lang: Lang) -> Vec<(&'static str, &'static str)> {
    const STEPS: [(&str, &str); 5] = [
        ("已收到", "Raised"),
        ("已接单", "Taken on"),
        ("办理中", "Under way"),
        ("待确认", "Confirm"),
        ("办结", "Closed"),
    ];
    let reached = match seen.record.request.stage {
        Stage::Raised => 0,
        Stage::Accepted { .. } => 1,
        Stage::Resolved { .. } => 3,
        Stage::Closed { .. } => 4,
        _ => 2,
    };
    let class = |place: usize| match place.cmp(&reached) {
        std::cmp::Ordering::Less => "past",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Greater => "",
    };
    let say = |(zh, en)| if lang == Lang::Zh { zh } else { en };
    STEPS.into_iter().enumerate().map(|(place, step)| (class(place), say(step))).collect()
}

/// The picture of something to do.
pub fn act_icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Resolution | Kind::Completion | Kind::Signature | Kind::Handling => "i-tick",
        Kind::Acceptance => "i-person",
        Kind::Escalation => "i-up",
        Kind::Dispatch => "i-send",
        Kind::Question | Kind::Answer => "i-ask",
        Kind::Suspension | Kind::Extension | Kind::ExtensionDecision => "i-clock",
        Kind::Merge | Kind::Separation => "i-people",
        Kind::Callback => "i-phone",
        Kind::Reminder | Kind::Supervision => "i-clock",
        Kind::Return => "i-back",
        Kind::Reopening => "i-redo",
        Kind::Rejection | Kind::Withdrawal | Kind::Confirmation | Kind::Lapse => "i-cross",
    }
}

/// The last step of this name; `steps` have the newest first.
pub fn latest<'a>(steps: &'a [Step], event: &str) -> Option<&'a Step> {
    steps.iter().find(|step| step.event == event)
}

/// The photos of the work done, or those of what was asked for.
pub fn photos_of(photos: &[PhotoView], is_done: bool) -> Vec<&PhotoView> {
    photos.iter().filter(|photo| photo.is_done == is_done).collect()
}

/// Places by community, each told without the name of its community.
pub fn by_community(places: &[(AreaCode, String)]) -> Vec<(&str, Vec<(AreaCode, &str)>)> {
    let mut groups: Vec<(&str, Vec<(AreaCode, &str)>)> = Vec::new();
    for (code, name) in places {
        if code.level() == Level::Community || groups.is_empty() {
            groups.push((name, Vec::new()));
        }
        let Some((community, inside)) = groups.last_mut() else { continue };
        let own = name.strip_prefix(*community).map_or(name.as_str(), str::trim_start);
        inside.push((*code, if own.is_empty() { name } else { own }));
    }
    groups
}

/// The same by grid as well, for residents: micro-grids are left out where buildings stand in them,
/// for who lives there knows the building.
pub fn by_grid(places: &[(AreaCode, String)]) -> Vec<(&str, Vec<(AreaCode, &str)>)> {
    let has_inside = |code: AreaCode, next: usize| {
        places.get(next).is_some_and(|(inside, _)| code.contains(*inside))
    };
    let mut groups: Vec<(&str, Vec<(AreaCode, &str)>)> = Vec::new();
    for (at, (code, name)) in places.iter().enumerate() {
        if code.level() == Level::MicroGrid && has_inside(*code, at + 1) {
            continue;
        }
        if code.level() <= Level::Grid || groups.is_empty() {
            groups.push((name, Vec::new()));
        }
        let Some((around, inside)) = groups.last_mut() else { continue };
        let own = name.strip_prefix(*around).map_or(name.as_str(), str::trim_start);
        inside.push((*code, if own.is_empty() { name } else { own }));
    }
    groups
}

/// The first sentence of a text, as a heading.
pub fn title(text: &str) -> String {
    let first = text.split(['\n', '。', '！', '？', '；']).next().unwrap_or(text).trim();
    let first = if first.is_empty() { text.trim() } else { first };
    let mut title: String = first.chars().take(40).collect();
    if first.chars().count() > 40 {
        title.push('…');
    }
    title
}

/// The symbol of a category's picture.
pub fn icon(name: &str) -> &'static str {
    match name {
        "rubbish" => "c-rubbish",
        "stairs" => "c-stairs",
        "water" => "c-water",
        "lamp" => "c-lamp",
        "lift" => "c-lift",
        "car" => "c-car",
        "noise" => "c-noise",
        "neighbours" => "c-neighbours",
        "safety" => "c-safety",
        "tree" => "c-tree",
        _ => "c-other",
    }
}
