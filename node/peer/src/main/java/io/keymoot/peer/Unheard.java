package io.keymoot.peer;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Questions for facts and blobs to members of whom nothing says yet where they are. To ask all
 * would have each answer who has it; so these wait for the member's heartbeat, the last few of
 * each. What is not answered meanwhile flat-keying asks others for.
 */
final class Unheard {
  private Map<MemberId, Deque<Bytes>> questions = new LinkedHashMap<>(2);

  void isToBeAsked(MemberId member, Bytes question) {
    Deque<Bytes> its = questions.computeIfAbsent(member, id -> new ArrayDeque<>(2));
    its.addLast(question);
    if (its.size() > PeerLimits.QUESTIONS_TO_ONE) {
      its.removeFirst();
    }
    if (questions.size() > PeerLimits.UNHEARD_MEMBERS) {
      questions.remove(questions.keySet().iterator().next());
    }
  }

  boolean isEmpty() {
    return questions.isEmpty();
  }

  /** It is heard now: these are not kept any longer. */
  Collection<Bytes> questions(MemberId member) {
    Deque<Bytes> its = questions.remove(member);
    if (its != null && questions.isEmpty()) {
      // The room is given back: in a group just joined all are unheard at first.
      questions = new LinkedHashMap<>(2);
    }
    return its == null ? List.of() : its;
  }
}
