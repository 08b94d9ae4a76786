package io.keymoot.runtime;

import io.keymoot.admission.Errand;
import io.keymoot.admission.Hearing;
import io.keymoot.admission.Ticket;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.peer.PeerEffect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who asks to be let in while the policy waits for people. On the loop's thread. */
final class Doorbell {
  private record Waiting(Newcomer newcomer, Ticket ticket, TreeSet<String> people) {}

  private final Map<MemberId, Waiting> waiting = new TreeMap<>();

  /** What to tell people; nothing, if it is nothing to people. */
  Optional<Newcomer> asked(PeerEffect.Ask ask) {
    Waiting before = waiting.get(ask.newcomer());
    TreeSet<String> people = before == null ? new TreeSet<>() : before.people;
    List<String> asks = new ArrayList<>(before == null ? List.of() : before.newcomer.asks());
    Errand.Portrait about = null;
    for (Errand errand : ask.errands()) {
      switch (errand) {
        case Errand.AskPerson person -> {
          people.add(person.whom());
          asks.add("person " + person.whom());
          about = person.about();
        }
        case Errand.CollectApprovals approvals -> {
          asks.add(approvals.count() + " approvals");
          about = approvals.about();
        }
        case Errand.CheckRemotely remote -> {
          asks.add("system " + remote.name());
          about = remote.about();
        }
      }
    }
    if (about == null) {
      return Optional.empty();
    }
    Newcomer newcomer =
        new Newcomer(ask.newcomer(), about.device(), about.shown(), List.copyOf(asks));
    waiting.put(ask.newcomer(), new Waiting(newcomer, ask.ticket(), people));
    return Optional.of(newcomer);
  }

  void isDecided(MemberId newcomer) {
    waiting.remove(newcomer);
  }

  List<Newcomer> waiting() {
    return waiting.values().stream().map(Waiting::newcomer).toList();
  }

  /** What a person's answer is to each of those the policy asked about this newcomer. */
  List<Hearing> answer(MemberId newcomer, boolean yes, String by) {
    Waiting asked = waiting.get(newcomer);
    if (asked == null) {
      throw new NotNow("nobody of that id waits to be let in; it may have gone, or be in");
    }
    return asked.people.stream()
        .<Hearing>map(whom -> new Hearing.PersonSaid(asked.ticket, whom, yes, by))
        .toList();
  }
}
