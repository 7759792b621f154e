//! The words of boards: what a rate is called, how it is counted, what a line behind it says.

use domain::area::Level;
use domain::requests::{Measure, Tally};

use super::board::{What, Which};
use crate::web::words::Phrase;

pub const PERIOD_BAD: Phrase = Phrase {
    zh: "请填两个日期（如 2026-03-01），前一天不晚于后一天，最多五年。",
    en: "Please give two days such as 2026-03-01, the earlier one first, five years at most.",
};
pub const MONTHS_ONLY: Phrase = Phrase {
    zh: "对外只公布已经过完的整月，一次一个月：请从某月第一天起，到这个月最后一天止，不含本月。",
    en: "Public figures are of one whole month that is over: please begin with its first day and \
         end with its last.",
};
pub const STREET_ONLY: Phrase = Phrase {
    zh: "按类别的数字，对外只公布全街道的。",
    en: "Figures of one category are public for the street as a whole.",
};
pub const RULE: Phrase = Phrase {
    zh: "只公布已经过完的整月。不到 5 件的不公布；如果用总数一减就能算出来，旁边最小的一格也不公布。",
    en: "Only whole months that are over. A count of fewer than 5 is not told; nor is the smallest \
         beside it, where the total would give it away.",
};
pub const MEASURE_UNKNOWN: Phrase =
    Phrase { zh: "没有这项指标。", en: "There is no such measure." };
pub const WHICH_UNKNOWN: Phrase = Phrase {
    zh: "which 请填 all、hits 或 misses。",
    en: "Please give as `which` all, hits or misses.",
};
pub const AFTER_BAD: Phrase = Phrase {
    zh: "after 请照抄上一页给出的值。",
    en: "Please give as `after` what the page before gave.",
};

/// What the parts of an area of this level are called, all of them.
#[must_use]
pub fn parts(level: Level) -> Phrase {
    match level {
        Level::Street => Phrase { zh: "各社区", en: "Each community" },
        Level::Community => Phrase { zh: "各网格", en: "Each grid" },
        _ => Phrase { zh: "各微网格", en: "Each micro-grid" },
    }
}

/// What lies in an area of this level, and in none of its parts.
#[must_use]
pub fn rest(level: Level) -> Phrase {
    match level {
        Level::Street => Phrase { zh: "不在以下社区的", en: "In no community" },
        Level::Community => Phrase { zh: "不在以下网格的", en: "In no grid" },
        _ => Phrase { zh: "不在以下微网格的", en: "In no micro-grid" },
    }
}

/// What a rate is called.
#[must_use]
pub fn name(measure: Measure) -> Phrase {
    match measure {
        Measure::Response => Phrase { zh: "响应率", en: "Response" },
        Measure::Solved => Phrase { zh: "解决率", en: "Solved" },
        Measure::SatisfiedWide => Phrase { zh: "满意率（宽）", en: "Satisfied (wide)" },
        Measure::SatisfiedStrict => Phrase { zh: "满意率（严）", en: "Satisfied (strict)" },
        Measure::SolvedInGrid => Phrase { zh: "网格办结率", en: "Closed in the grid" },
        Measure::SolvedInCommunity => {
            Phrase { zh: "社区办结率", en: "Closed in the community" }
        }
        Measure::OnTime => Phrase { zh: "按时办理率", en: "On time" },
        Measure::Returned => Phrase { zh: "退单率", en: "Returned" },
        Measure::Redone => Phrase { zh: "重办率", en: "Redone" },
        Measure::Reopened => Phrase { zh: "重开率", en: "Reopened" },
    }
}

/// How a rate is counted: the numerator, the denominator, and what is left out.
#[must_use]
pub fn definition(measure: Measure) -> Phrase {
    match measure {
        Measure::Response => Phrase {
            zh: "分母：应当首次响应的诉求。分子：其中工作人员在当时时限内首次办理的（接单、派单、答复等）。\
                 到期仍没人办理的，在时限转红那天计入分母；每件诉求只计一次。",
            en: "Of the requests for which a first act was due: those on which somebody in office \
                 first acted within the limit of that moment. One that nobody touched counts on \
                 the day its limit turned red. Each request counts once.",
        },
        Measure::Solved => Phrase {
            zh: "分母：就结果问过居民的次数（本人确认、要求重办、回访有答复、到期未确认）。\
                 分子：居民说“解决了”的次数。不受理、并案、撤回的不计。",
            en: "Of the times an asker was asked for the result (confirmed, not solved, answered a \
                 call, or silent until the limit): those where the asker said that it is solved. \
                 Rejected, merged and withdrawn requests do not count.",
        },
        Measure::SatisfiedWide => Phrase {
            zh: "分母：居民打了分的次数。分子：五级中打“基本满意”及以上的（3、4、5 分）。\
                 没有打分的不计，绝不算作满意。",
            en: "Of all ratings given by askers: those of the upper three of five levels (3, 4 or \
                 5). Silence is no rating, and never counts as satisfied.",
        },
        Measure::SatisfiedStrict => Phrase {
            zh: "分母：居民打了分的次数。分子：打“满意”“非常满意”的（4、5 分）。没有打分的不计。",
            en: "Of all ratings given by askers: those of the upper two of five levels (4 or 5). \
                 Silence is no rating.",
        },
        Measure::SolvedInGrid => Phrase {
            zh: "分母：办理后办结的诉求（本人确认或到期未确认）。分子：由网格员办成、没有上街道的。\
                 不受理、并案、撤回的不计。",
            en: "Of the requests closed after work (confirmed, or silent until the limit): those \
                 done by a grid worker, without the street. Rejected, merged and withdrawn \
                 requests do not count.",
        },
        Measure::SolvedInCommunity => Phrase {
            zh: "分母：办理后办结的诉求（本人确认或到期未确认）。分子：没有转到街道的。\
                 不受理、并案、撤回的不计。",
            en: "Of the requests closed after work (confirmed, or silent until the limit): those \
                 that never went to the street. Rejected, merged and withdrawn requests do not \
                 count.",
        },
        Measure::OnTime => Phrase {
            zh: "分母：报告办完的次数。分子：在当时时限内报告的。等居民答复期间时限暂停；经批准的延期算在时限内。",
            en: "Of the times work was reported done: those within the limit of that moment. The \
                 clock stands still while a question waits; an extension that was granted is part \
                 of the limit.",
        },
        Measure::Returned => Phrase {
            zh: "分母：办理后办结的诉求。分子：其中被单位退回过的。不受理、并案、撤回的不计。",
            en: "Of the requests closed after work: those that a unit sent back at least once. \
                 Rejected, merged and withdrawn requests do not count.",
        },
        Measure::Redone => Phrase {
            zh: "分母：办理后办结的诉求。分子：其中因居民说没解决而重办过的。不受理、并案、撤回的不计。",
            en: "Of the requests closed after work: those that were redone because the asker said \
                 that it was not solved. Rejected, merged and withdrawn requests do not count.",
        },
        Measure::Reopened => Phrase {
            zh: "分母：办理后办结的诉求。分子：其中曾办结后又重开的。重开后再办结，计在再办结那天；\
                 原来那个月的数字不变。",
            en: "Of the requests closed after work: those that had been closed and opened again \
                 before. It counts on the day of the second closing; the month of the first stays \
                 as it was.",
        },
    }
}

/// What a line behind a rate says about its request: a hit, or not.
#[must_use]
pub fn fact(what: What, is_hit: bool) -> Phrase {
    match (what, is_hit) {
        (What::Tally(Tally::Raised), _) => Phrase { zh: "提出", en: "Raised" },
        (What::Tally(Tally::Closed), _) => Phrase { zh: "办结", en: "Closed" },
        (What::Rate(measure), is_hit) => match (measure, is_hit) {
            (Measure::Response, true) => Phrase { zh: "按时响应", en: "First act in time" },
            (Measure::Response, false) => Phrase { zh: "没有按时响应", en: "No act in time" },
            (Measure::Solved, true) => {
                Phrase { zh: "居民说解决了", en: "Solved, says the asker" }
            }
            (Measure::Solved, false) => {
                Phrase { zh: "没有说解决", en: "The asker did not say solved" }
            }
            (Measure::SatisfiedWide, true) => {
                Phrase { zh: "打 3 分以上", en: "Rated 3 or more" }
            }
            (Measure::SatisfiedWide, false) => Phrase { zh: "打 1、2 分", en: "Rated 1 or 2" },
            (Measure::SatisfiedStrict, true) => Phrase { zh: "打 4、5 分", en: "Rated 4 or 5" },
            (Measure::SatisfiedStrict, false) => {
                Phrase { zh: "打 3 分以下", en: "Rated 3 or less" }
            }
            (Measure::SolvedInGrid, true) => {
                Phrase { zh: "网格办结", en: "Closed in the grid" }
            }
            (Measure::SolvedInGrid, false) => {
                Phrase { zh: "网格以外办结", en: "Closed elsewhere" }
            }
            (Measure::SolvedInCommunity, true) => {
                Phrase { zh: "社区以内办结", en: "Closed without the street" }
            }
            (Measure::SolvedInCommunity, false) => {
                Phrase { zh: "上过街道", en: "Went to the street" }
            }
            (Measure::OnTime, true) => {
                Phrase { zh: "按时报告办完", en: "Reported done in time" }
            }
            (Measure::OnTime, false) => {
                Phrase { zh: "超时才报告办完", en: "Reported done late" }
            }
            (Measure::Returned, true) => Phrase { zh: "被退回过", en: "Was sent back" },
            (Measure::Returned, false) => Phrase { zh: "没有退回", en: "Was not sent back" },
            (Measure::Redone, true) => Phrase { zh: "重办过", en: "Was redone" },
            (Measure::Redone, false) => Phrase { zh: "没有重办", en: "Was not redone" },
            (Measure::Reopened, true) => Phrase { zh: "重开过", en: "Was reopened" },
            (Measure::Reopened, false) => Phrase { zh: "没有重开", en: "Was not reopened" },
        },
    }
}

/// What a figure is called.
#[must_use]
pub fn figure(what: What) -> Phrase {
    match what {
        What::Rate(measure) => name(measure),
        What::Tally(Tally::Raised) => Phrase { zh: "提出的诉求", en: "Requests raised" },
        What::Tally(Tally::Closed) => Phrase { zh: "办结的诉求", en: "Requests closed" },
    }
}

/// Which lines a list shows.
#[must_use]
pub fn which(which: Which) -> Phrase {
    match which {
        Which::All => Phrase { zh: "全部（分母）", en: "All (denominator)" },
        Which::Hits => Phrase { zh: "计入分子的", en: "Hits (numerator)" },
        Which::Misses => Phrase { zh: "没有计入分子的", en: "The others" },
    }
}
