package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Rendezvous order: everybody with the same facts ranks the members alike, and no word is sent. */
public final class Rendezvous {
  private static final byte[] LABEL = "keymoot rank".getBytes(StandardCharsets.US_ASCII);

  /** The one order of those who make the next key, and of those who make keys for slots. */
  public static final String REKEY = "REKEY";

  public static final String RESEAL = "RESEAL";

  private Rendezvous() {}

  private record Ranked(Hash32 place, Person person) {}

  /** A member's place for {@code duty}: who has the lowest comes first. */
  public static Hash32 place(GroupId group, String duty, MemberId member) {
    return place(Hash32.newSha256(), group, duty, Hash32.ZERO, member);
  }

  /** How many members come before this one for {@code duty}; not counted beyond {@code most}. */
  public static int rank(GroupState state, String duty, MemberId member, int most) {
    Hash32 own = place(state.group(), duty, member);
    int before = 0;
    for (Person person : state.members()) {
      if (before == most) {
        break;
      }
      before += place(state.group(), duty, person.id()).compareTo(own) < 0 ? 1 : 0;
    }
    return before;
  }

  /** A member's place for watching over {@code target}: the eight lowest do, its device aside. */
  public static Hash32 watch(GroupId group, MemberId target, MemberId member) {
    return place(Hash32.newSha256(), group, "watch", target.hash(), member);
  }

  private static Hash32 place(
      MessageDigest sha, GroupId group, String duty, Hash32 about, MemberId member) {
    sha.update(LABEL);
    sha.update(group.hash().toArray());
    sha.update(duty.getBytes(StandardCharsets.UTF_8));
    if (!about.isZero()) {
      sha.update(about.toArray());
    }
    sha.update(member.hash().toArray());
    return Hash32.of(sha.digest());
  }

  /** The eight who watch over a member, its own device not among them. */
  public static List<Person> watchers(GroupState state, Person target, int count) {
    MessageDigest sha = Hash32.newSha256();
    List<Ranked> ranked = new ArrayList<>();
    for (Person member : state.members()) {
      if (!member.device().equals(target.device())) {
        ranked.add(
            new Ranked(
                place(sha, state.group(), "watch", target.id().hash(), member.id()), member));
      }
    }
    ranked.sort(Comparator.comparing(Ranked::place));
    return ranked.stream().limit(count).map(Ranked::person).toList();
  }
}
