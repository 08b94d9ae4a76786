package io.keymoot.peer;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * What members want, by their signed words: whom in, and which device out. A word is kept for
 * whoever is asked about later, and until its speaker's credential is at hand.
 *
 * <p>Anybody who is in can say as much as it likes, and anybody at all can play a word back. So
 * each has room for its last words, in which only its own give way; a word that is there already
 * takes none. Of all together whoever has most gives way.
 */
final class Words {
  /** What is wanted. */
  record Act(Approval.Action action, Hash32 subject) {}

  record Word(MemberId by, Act act) {}

  /** Of each member what it wants, the latest last; and whether that was listened to yet. */
  private final SequencedMap<MemberId, SequencedMap<Act, Boolean>> said = new LinkedHashMap<>();

  private int inAll;

  void heard(Word word) {
    SequencedMap<Act, Boolean> its = said.computeIfAbsent(word.by, member -> new LinkedHashMap<>());
    if (its.putIfAbsent(word.act, false) != null) {
      return;
    }
    inAll++;
    if (its.size() > PeerLimits.WORDS_OF_ONE) {
      forgetOldest(its);
    }
    if (inAll > PeerLimits.WORDS_IN_ALL) {
      forgetOldest(longest());
    }
    said.values().removeIf(Map::isEmpty);
  }

  private void forgetOldest(SequencedMap<Act, Boolean> its) {
    its.pollFirstEntry();
    inAll--;
  }

  private SequencedMap<Act, Boolean> longest() {
    SequencedMap<Act, Boolean> longest = new LinkedHashMap<>();
    for (SequencedMap<Act, Boolean> each : said.values()) {
      longest = each.size() > longest.size() ? each : longest;
    }
    return longest;
  }

  /** Who wants this, in the order in which they were heard first. */
  List<MemberId> by(Act act) {
    List<MemberId> members = new ArrayList<>();
    said.forEach(
        (member, its) -> {
          if (its.containsKey(act)) {
            members.add(member);
          }
        });
    return members;
  }

  void isListenedTo(Word word) {
    SequencedMap<Act, Boolean> its = said.get(word.by);
    if (its != null) {
      its.replace(word.act, true);
    }
  }

  /** What could not be listened to yet. */
  List<Word> unheard() {
    List<Word> unheard = new ArrayList<>();
    said.forEach(
        (member, its) ->
            its.forEach(
                (act, isHeard) -> {
                  if (!isHeard) {
                    unheard.add(new Word(member, act));
                  }
                }));
    return unheard;
  }

  /** Keeps the words of these members, about what still matters. */
  void keepOnly(Predicate<MemberId> members, Predicate<Act> acts) {
    said.keySet().removeIf(member -> !members.test(member));
    said.values().forEach(its -> its.keySet().removeIf(act -> !acts.test(act)));
    said.values().removeIf(Map::isEmpty);
    inAll = said.values().stream().mapToInt(Map::size).sum();
  }

  int count() {
    return inAll;
  }
}
