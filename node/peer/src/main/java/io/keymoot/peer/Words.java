package io.keymoot.peer;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * What members want, by their signed words: whom in, and which device out. A word is kept for
 * whoever is asked about later, and until its speaker's credential is at hand.
 *
 * <p>Anybody who is in can say as much as it likes, and anybody at all can play a word back. So
 * each has room for its last words, in which only its own give way; a word that is there already
 * takes none, and is not weighed again for a while. Of all together whoever has most gives way.
 */
final class Words {
  /** What is wanted. */
  record Act(Approval.Action action, Hash32 subject) {}

  record Word(MemberId by, Act act) {}

  /** Of each member what it wants, the latest last; and when that was listened to, if it was. */
  private final SequencedMap<MemberId, SequencedMap<Act, Optional<Tick>>> said =
      new LinkedHashMap<>();

  private int inAll;

  /** Whether it is to be listened to now. */
  boolean heard(Word word, Tick now) {
    SequencedMap<Act, Optional<Tick>> its =
        said.computeIfAbsent(word.by, member -> new LinkedHashMap<>());
    Optional<Tick> listened = its.putIfAbsent(word.act, Optional.empty());
    if (listened != null) {
      return listened.isEmpty()
          || !now.isBefore(listened.get().plusMillis(PeerLimits.LISTEN_AGAIN_MILLIS));
    }
    inAll++;
    if (its.size() > PeerLimits.WORDS_OF_ONE) {
      forgetOldest(its);
    }
    if (inAll > PeerLimits.WORDS_IN_ALL) {
      forgetOldest(longest());
    }
    said.values().removeIf(Map::isEmpty);
    return true;
  }

  private void forgetOldest(SequencedMap<Act, Optional<Tick>> its) {
    its.pollFirstEntry();
    inAll--;
  }

  private SequencedMap<Act, Optional<Tick>> longest() {
    SequencedMap<Act, Optional<Tick>> longest = new LinkedHashMap<>();
    for (SequencedMap<Act, Optional<Tick>> each : said.values()) {
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

  void isListenedTo(Word word, Tick now) {
    SequencedMap<Act, Optional<Tick>> its = said.get(word.by);
    if (its != null) {
      its.replace(word.act, Optional.of(now));
    }
  }

  /** What could not be listened to yet. */
  List<Word> unheard() {
    List<Word> unheard = new ArrayList<>();
    said.forEach(
        (member, its) ->
            its.forEach(
                (act, listened) -> {
                  if (listened.isEmpty()) {
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
