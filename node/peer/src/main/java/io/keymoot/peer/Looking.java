package io.keymoot.peer;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.Input;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.heartbeat.Colour;
import io.keymoot.heartbeat.EpochHeld;
import io.keymoot.heartbeat.Freshness;
import io.keymoot.heartbeat.Heartbeat;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.heartbeat.MemberView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts together what people see of a peer; changes nothing. */
final class Looking {
  private final FlatKeying keying;
  private final Identities identities;

  Looking(FlatKeying keying, Identities identities) {
    this.keying = keying;
    this.identities = identities;
  }

  PeerView view(
      Tick now,
      @Nullable Heartbeat heartbeat,
      PeerEffect.Status status,
      Optional<PeerEffect.RosterIs> roster,
      List<Pending> waiting) {
    GroupState state = keying.state();
    boolean knows = state.count() > 0;
    return new PeerView(
        keying.group(),
        knows ? state.found().name() : "",
        heartbeat == null ? Optional.empty() : Optional.of(keying.self()),
        status.state(),
        status.cause(),
        heartbeat == null ? Freshness.LISTENING : heartbeat.freshness(),
        roster.map(PeerEffect.RosterIs::heard).orElse(0),
        keying.sendingEpoch(),
        keying.sendingRevision(),
        knows ? state.membersDigest() : Hash32.ZERO,
        knows && heartbeat != null ? members(now, heartbeat) : List.of(),
        waiting);
  }

  private List<PeerView.Member> members(Tick now, Heartbeat heartbeat) {
    GroupState state = keying.state();
    List<PeerView.Member> members = new ArrayList<>();
    for (Person person : state.members()) {
      boolean isOwn = person.id().equals(keying.self());
      if (!isOwn || keying.isMember()) {
        members.add(isOwn ? own(person) : other(person, heartbeat.member(person.id(), now), now));
      }
    }
    return List.copyOf(members);
  }

  private PeerView.Member own(Person person) {
    return new PeerView.Member(
        person.id(),
        person.device(),
        true,
        identity(person),
        Colour.FRESH,
        Optional.of(0L),
        keying.sendingEpoch().isPresent() ? PeerView.Agreement.SAME : PeerView.Agreement.NONE,
        PeerView.Agreement.SAME,
        false);
  }

  private PeerView.Member other(Person person, MemberView seen, Tick now) {
    return new PeerView.Member(
        person.id(),
        person.device(),
        false,
        identity(person),
        seen.colour(),
        seen.heard().map(now::millisSince),
        seen.said().map(this::epoch).orElse(PeerView.Agreement.UNKNOWN),
        seen.said().map(this::roster).orElse(PeerView.Agreement.UNKNOWN),
        keying.state().isFaulty(person.id()));
  }

  private PeerView.Agreement epoch(HeartbeatContent said) {
    Optional<FactId> theirs = said.epoch().map(EpochHeld::epoch);
    if (theirs.isEmpty()) {
      return PeerView.Agreement.NONE;
    }
    return theirs.equals(keying.sendingEpoch())
        ? PeerView.Agreement.SAME
        : PeerView.Agreement.OTHER;
  }

  private PeerView.Agreement roster(HeartbeatContent said) {
    return said.membersDigest().equals(keying.state().membersDigest())
        ? PeerView.Agreement.SAME
        : PeerView.Agreement.OTHER;
  }

  private Identity identity(Person person) {
    Found found = keying.state().found();
    Stay stay = keying.state().newestStay(person.id()).orElseThrow();
    Optional<Bytes> credential = keying.credential(stay.credential());
    return credential.isEmpty()
        ? Identities.NOT_SEEN
        : identities.of(
            keying.group(),
            found.trust(),
            person.request().key(),
            stay.credential(),
            credential.get());
  }

  /** What to ask for, and of whom, so that members get names; nothing if all have one. */
  Optional<Input.Recognise> unseen(Heartbeat heartbeat) {
    List<Hash32> credentials = new ArrayList<>();
    MemberId holder = null;
    for (Person person : keying.state().members()) {
      Hash32 its = keying.state().newestStay(person.id()).orElseThrow().credential();
      if (!person.id().equals(keying.self())
          && credentials.size() < Limits.SYNC_WANTED
          && keying.credential(its).isEmpty()) {
        credentials.add(its);
        boolean isHeard = heartbeat.said(person.id()).isPresent();
        holder = holder == null || isHeard ? person.id() : holder;
      }
    }
    return holder == null
        ? Optional.empty()
        : Optional.of(new Input.Recognise(holder, List.copyOf(credentials)));
  }
}
