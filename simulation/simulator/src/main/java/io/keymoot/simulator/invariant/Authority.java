package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.crypto.Remembered;
import io.keymoot.flatkeying.crypto.VerifyKey;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.EvidenceCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FaultProof;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * I5: every admission and end that somebody took has its authorisation. Verified again from the
 * bytes, with keys and signatures only and none of the product's rules.
 */
final class Authority implements Watcher {
  private static final int APPROVALS = 2;

  private final World world;
  private final Set<FactId> checked = new TreeSet<>();

  Authority(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    if (now == before || now.count() == 0) {
      return;
    }
    for (Known each : Taken.since(before, node)) {
      if (checked.add(each.id())) {
        check(node, node.peer().keying().ledger(), each);
      }
    }
  }

  private void check(Node node, Ledger ledger, Known fact) {
    GroupState past = ledger.past(fact);
    if (past.count() == 0) {
      return; // the Found: its id is the group
    }
    if (!isSigned(past, fact.header(), fact.signedHeader().signature())) {
      wrong(node, fact, "its author did not sign it");
    } else if (!(fact.fact() instanceof Here) && !past.isMember(fact.author())) {
      wrong(node, fact, "its author was not a member");
    } else if (fact.fact() instanceof Admit admit) {
      for (SignedJoinRequest row : admit.rows()) {
        if (!isSigned(row)) {
          wrong(node, fact, "it lets in " + row.member() + ", who did not ask");
        }
      }
    } else if (fact.fact() instanceof Rekey rekey) {
      for (Target target : rekey.targets()) {
        whyNot(past, fact, target).ifPresent(why -> wrong(node, fact, why));
      }
    }
  }

  private void wrong(Node node, Known fact, String why) {
    world.violated("I5", node + " took " + fact + " though " + why);
  }

  private static Optional<String> whyNot(GroupState past, Known fact, Target target) {
    return switch (target) {
      case Target.Left(Leave leave) ->
          isSigned(past, leave.header(), leave.signature())
              ? Optional.empty()
              : Optional.of(leave.header().author() + " never said that it leaves");
      case Target.Expelled(Fingerprint device, List<Approval> approvals) -> {
        TreeSet<Fingerprint> by = new TreeSet<>();
        past.person(fact.author()).map(Person::device).ifPresent(by::add);
        for (Approval each : approvals) {
          boolean holds =
              each.action() == Approval.Action.EXPEL
                  && each.subject().equals(device.hash())
                  && past.isMember(each.header().author())
                  && isSigned(past, each.header(), each.signature());
          if (holds) {
            past.person(each.header().author()).map(Person::device).ifPresent(by::add);
          }
        }
        by.remove(device);
        yield by.size() >= APPROVALS
            ? Optional.empty()
            : Optional.of("only " + by.size() + " wanted " + device + " out");
      }
      case Target.Absent absent -> {
        Header word = absent.second().header();
        boolean holds =
            absent.second().subject().equals(absent.member().hash())
                && !word.author().equals(fact.author())
                && past.isMember(word.author())
                && isSigned(past, word, absent.second().signature());
        yield holds
            ? Optional.empty()
            : Optional.of("nobody else finds " + absent.member() + " absent");
      }
      case Target.Faulty(MemberId member, FaultProof proof) ->
          proof instanceof FaultProof.OutOfOrder(SignedHeader one, SignedHeader two)
                  && !(one.header().author().equals(member)
                      && two.header().author().equals(member)
                      && !one.header().equals(two.header())
                      && isSigned(past, one.header(), one.signature())
                      && isSigned(past, two.header(), two.signature()))
              ? Optional.of(member + " signed no two words that would convict it")
              : Optional.empty();
    };
  }

  // ---- signatures, by the words of the specification

  private static boolean isSigned(GroupState past, Header header, Bytes signature) {
    Bytes key = past.person(header.author()).map(person -> person.request().key()).orElse(null);
    return key != null
        && verifies(
            key,
            header.type().name(),
            header.group().hash(),
            HeaderCodec.encode(header).toArray(),
            signature);
  }

  private static boolean isSigned(SignedJoinRequest row) {
    Bytes whole = EvidenceCodec.encode(row);
    byte[] body = whole.slice(0, whole.length() - row.signature().length()).toArray();
    return verifies(
        row.request().key(), "JOIN_REQUEST", row.request().group().hash(), body, row.signature());
  }

  private static boolean verifies(
      Bytes key, String type, Hash32 group, byte[] body, Bytes signature) {
    byte[] context = ("keymoot/1 " + type + " ").getBytes(StandardCharsets.US_ASCII);
    byte[] message = new byte[context.length + Hash32.LENGTH + body.length];
    System.arraycopy(context, 0, message, 0, context.length);
    System.arraycopy(group.toArray(), 0, message, context.length, Hash32.LENGTH);
    System.arraycopy(body, 0, message, context.length + Hash32.LENGTH, body.length);
    // Who made it on this thread, of this very message and key, is known to have made it.
    return Remembered.isKnown(key, message, signature)
        || (VerifyKey.parse(key) instanceof Decoded.Ok<VerifyKey>(VerifyKey its)
            && its.verify(message, signature));
  }
}
