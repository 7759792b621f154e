//! The way by which a request came (来源).

use crate::actor::Post;

/// Where a request was first written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// 网页: the asker's own phone, or a code at the door.
    #[default]
    Page,
    /// 楼长代办
    BuildingHead,
    /// 网格员走访
    GridWorker,
    /// 窗口
    Counter,
    /// 来电记录
    Phone,
    /// 纸质
    Paper,
    /// 导入: from another system's file.
    Import,
    /// Open311
    Open311,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Channel; 8] = [
        Channel::Page,
        Channel::BuildingHead,
        Channel::GridWorker,
        Channel::Counter,
        Channel::Phone,
        Channel::Paper,
        Channel::Import,
        Channel::Open311,
    ];

    /// The way by which a request comes that somebody of these posts writes down for a neighbour,
    /// where they do not say it: at the door before at the desk.
    #[must_use]
    pub fn of_writers(posts: impl Iterator<Item = Post>) -> Channel {
        let ways = posts.map(|post| match post {
            Post::BuildingHead | Post::CentreHousehold => Channel::BuildingHead,
            Post::GridLeader | Post::GridWorker => Channel::GridWorker,
            _ => Channel::Counter,
        });
        ways.min().unwrap_or(Channel::Counter)
    }

    /// The name of this channel, in the database and in the interface alike.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Channel::Page => "page",
            Channel::BuildingHead => "building_head",
            Channel::GridWorker => "grid_worker",
            Channel::Counter => "counter",
            Channel::Phone => "phone",
            Channel::Paper => "paper",
            Channel::Import => "import",
            Channel::Open311 => "open311",
        }
    }

    /// The channel of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_its_name_and_a_writer_their_way() {
        for channel in Channel::ALL {
            assert_eq!(Channel::named(channel.name()), Some(channel));
        }
        for (posts, way) in [
            (&[Post::BuildingHead][..], Channel::BuildingHead),
            (&[Post::CentreHousehold], Channel::BuildingHead),
            (&[Post::CommunityOfficer, Post::GridWorker], Channel::GridWorker),
            (&[Post::Clerk], Channel::Counter),
            (&[], Channel::Counter),
        ] {
            assert_eq!(Channel::of_writers(posts.iter().copied()), way, "{posts:?}");
        }
    }
}
