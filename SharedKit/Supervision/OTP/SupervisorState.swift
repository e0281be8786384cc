/// A supervisor with OTP's meaning as a value: events go in, effects come out, nothing happens inside.
///
/// Children start in order, each when those it comes after are ready, and stop in the reverse order. A crash
/// restarts the child and, by the strategy, its group; too many restarts end the supervisor or fail the
/// child. Times are distances from any fixed instant, and never go back.
package struct SupervisorState: Sendable {
    /// The children in start order.
    package private(set) var children: [SupervisedChild]
    /// How they are treated.
    package let policy: SupervisorPolicy

    private var restartTimes: [String: [Duration]] = [:]
    private var ending: SupervisorEnd?
    private var isBooted = false
    private var hasEnded = false
    private var random: SplitMix

    /// A supervisor that has not started anything yet.
    /// - Parameter seed: of the jitter of its backoff.
    package init(_ specs: [ChildSpec], policy: SupervisorPolicy = SupervisorPolicy(), seed: UInt64 = 0) {
        precondition(Set(specs.map(\.id)).count == specs.count, "children have different names")
        children = specs.map(SupervisedChild.init)
        self.policy = policy
        random = SplitMix(state: seed)
    }

    /// The child called `id`, or nil.
    package func child(_ id: String) -> SupervisedChild? { children.first { $0.spec.id == id } }

    /// When the next `tick` is due, or nil.
    package var nextWake: Duration? { children.compactMap(\.wakeAt).min() }

    /// Takes one event and says what is to be done, in this order.
    package mutating func apply(_ event: SupervisorEvent, at now: Duration) -> [SupervisorEffect] {
        guard !hasEnded else { return [] }
        var effects = take(event, at: now)
        effects += settle(at: now)
        return effects
    }

    private mutating func take(_ event: SupervisorEvent, at now: Duration) -> [SupervisorEffect] {
        switch event {
        case .boot: boot()
        case .ready(let id, let generation): becomeReady(id, generation, now)
        case .exited(let id, let generation, let reason): return leave(id, generation, reason, now)
        case .unhealthy(let id, let generation): return abort(id, generation, now)
        case .restartRequested(let id): requestRestart(id)
        case .stop: end(.stopped)
        case .tick: return tick(now)
        }
        return []
    }

    private func index(_ id: String, _ generation: Int) -> Int? {
        children.firstIndex { $0.spec.id == id && $0.generation == generation && $0.isLive }
    }
}

// What each event means.
extension SupervisorState {
    private mutating func boot() {
        for index in children.indices where children[index].phase == .down { children[index].enter(.waiting) }
    }

    private mutating func becomeReady(_ id: String, _ generation: Int, _ now: Duration) {
        guard let index = index(id, generation), children[index].phase == .starting else { return }
        children[index].enter(.ready, wakeAt: policy.backoff.map { now + $0.healthyAfter })
        children[index].readySince = now
    }

    private mutating func requestRestart(_ id: String) {
        guard ending == nil, let index = children.firstIndex(where: { $0.spec.id == id }) else { return }
        children[index].attempt = 0
        children[index].isGated = false
        restartTimes[id] = nil
        if children[index].isLive {
            children[index].returns = true
            if children[index].phase != .stopping { children[index].enter(.leaving) }
        } else {
            children[index].enter(.waiting)
        }
    }

    private mutating func end(_ reason: SupervisorEnd) {
        guard ending == nil else { return }
        ending = reason
        for index in children.indices {
            children[index].returns = false
            switch children[index].phase {
            case .starting, .ready: children[index].enter(.leaving)
            case .waiting, .backingOff: children[index].enter(.down)
            case .down, .leaving, .stopping, .aborting, .failed: break
            }
        }
    }

    private mutating func abort(_ id: String, _ generation: Int, _ now: Duration) -> [SupervisorEffect] {
        guard let index = index(id, generation), children[index].phase == .ready else { return [] }
        children[index].enter(.aborting, wakeAt: now + SupervisionLimits.abortGrace)
        return [.abort(id, generation: generation)]
    }

    private mutating func tick(_ now: Duration) -> [SupervisorEffect] {
        children.indices.flatMap { index -> [SupervisorEffect] in
            guard let due = children[index].wakeAt, due <= now else { return [] }
            children[index].wakeAt = nil
            switch children[index].phase {
            case .backingOff: children[index].enter(.waiting)
            case .ready: children[index].attempt = 0
            case .starting, .stopping, .aborting:
                return [.kill(children[index].spec.id, generation: children[index].generation)]
            case .down, .waiting, .leaving, .failed: break
            }
            return []
        }
    }
}

// What the end of a child means.
extension SupervisorState {
    private mutating func leave(
        _ id: String,
        _ generation: Int,
        _ reason: ExitReason,
        _ now: Duration
    ) -> [SupervisorEffect] {
        guard let index = index(id, generation) else { return [] }
        let phase = children[index].phase
        children[index].enter(.down)
        if phase == .leaving || phase == .stopping || ending != nil { return comeBackOrForget(index) }
        children[index].returns = false
        guard isBooted || phase != .starting || policy.escalation == .failChild else {
            end(.startFailed(id))
            return []
        }
        let spec = children[index].spec
        guard spec.restarts(after: reason) else { return spec.restart == .temporary ? forget(index) : [] }
        return restart(index, now)
    }

    /// A child that was asked to end has ended.
    private mutating func comeBackOrForget(_ index: Int) -> [SupervisorEffect] {
        guard children[index].returns, ending == nil else { return [] }
        children[index].returns = false
        if children[index].spec.restart == .temporary && children[index].isGated { return forget(index) }
        children[index].enter(.waiting)
        return []
    }

    private mutating func forget(_ index: Int) -> [SupervisorEffect] {
        let child = children.remove(at: index)
        return [.forgot(child.spec.id)]
    }

    private mutating func restart(_ index: Int, _ now: Duration) -> [SupervisorEffect] {
        let id = children[index].spec.id
        children[index].restarts += 1
        children[index].attempt += 1
        if exceedsIntensity(id, now) { return giveUp(index) }
        let chance = random.unit()
        let pause = policy.backoff?.pause(attempt: children[index].attempt, chance: chance) ?? .zero
        let isAlone = policy.strategy == .oneForOne
        children[index].isGated = !isAlone
        if pause > .zero {
            children[index].enter(.backingOff, wakeAt: now + pause)
        } else {
            children[index].enter(.waiting)
        }
        if !isAlone { takeAlong(policy.strategy == .oneForAll ? 0 : index + 1) }
        return []
    }

    /// The rest of the group ends and starts again.
    private mutating func takeAlong(_ first: Int) {
        for index in children.indices.dropFirst(first) {
            children[index].isGated = true
            switch children[index].phase {
            case .starting, .ready:
                children[index].returns = true
                children[index].enter(.leaving)
            case .down: children[index].enter(.waiting)
            case .leaving, .stopping, .aborting: children[index].returns = true
            case .waiting, .backingOff, .failed: break
            }
        }
    }

    private mutating func giveUp(_ index: Int) -> [SupervisorEffect] {
        let id = children[index].spec.id
        if policy.escalation == .endSupervisor {
            end(.tooManyRestarts(id))
            return [.gaveUp(id)]
        }
        children[index].enter(.failed)
        return [.gaveUp(id)]
    }

    /// Counts this restart in the sliding window: of the supervisor as in OTP, or of the child alone.
    private mutating func exceedsIntensity(_ id: String, _ now: Duration) -> Bool {
        let window = policy.escalation == .endSupervisor ? "" : id
        let times = restartTimes[window, default: []].filter { now - $0 <= policy.intensity.within } + [now]
        restartTimes[window] = times
        return times.count > policy.intensity.maxRestarts
    }
}

// Towards what is wanted: first stop, then start.
extension SupervisorState {
    private mutating func settle(at now: Duration) -> [SupervisorEffect] {
        var effects = stopThoseNobodyNeeds(now)
        if ending != nil { return effects + endIfAlone() }
        effects += startThoseWhoMay(now)
        if !isBooted, children.allSatisfy({ $0.phase == .ready }) {
            isBooted = true
            effects.append(.booted)
        }
        return effects
    }

    private mutating func stopThoseNobodyNeeds(_ now: Duration) -> [SupervisorEffect] {
        children.indices.reversed().compactMap { index in
            guard children[index].phase == .leaving, !isNeededByOneWhoLeaves(index) else { return nil }
            let spec = children[index].spec
            switch spec.shutdown {
            case .brutalKill:
                children[index].enter(.stopping)
                return .kill(spec.id, generation: children[index].generation)
            case .timeout(let limit):
                children[index].enter(.stopping, wakeAt: now + limit)
                return .stop(spec.id, generation: children[index].generation)
            }
        }
    }

    private func isNeededByOneWhoLeaves(_ index: Int) -> Bool {
        children.indices.contains { other in
            let phase = children[other].phase
            return other != index && (phase == .leaving || phase == .stopping || phase == .aborting)
                && comesAfter(other, index)
        }
    }

    private mutating func startThoseWhoMay(_ now: Duration) -> [SupervisorEffect] {
        children.indices.compactMap { index in
            guard children[index].phase == .waiting, mayStart(index) else { return nil }
            children[index].generation += 1
            children[index].isGated = true
            children[index].enter(.starting, wakeAt: children[index].spec.startTimeout.map { now + $0 })
            return .start(children[index].spec.id, generation: children[index].generation)
        }
    }

    private func mayStart(_ index: Int) -> Bool {
        guard children[index].isGated else { return true }
        let groupStillEnds = policy.strategy != .oneForOne && children.contains { $0.returns }
        return !groupStillEnds
            && children.indices.allSatisfy { other in
                other == index || !comesAfter(index, other) || !isAwaited(children[other])
            }
    }

    /// A child that is down for good or has failed holds nobody up; nor does one that crashed where a crash
    /// fails the child alone: the others degrade rather than wait.
    private func isAwaited(_ child: SupervisedChild) -> Bool {
        if policy.escalation == .failChild && child.attempt > 0 { return false }
        return child.phase != .ready && child.phase != .down && child.phase != .failed
    }

    /// Whether `index` starts after `earlier`: named in its spec, directly or through others.
    private func comesAfter(_ index: Int, _ earlier: Int) -> Bool {
        guard let after = children[index].spec.after else { return earlier < index }
        if after.contains(children[earlier].spec.id) { return true }
        return children.indices.contains { middle in
            after.contains(children[middle].spec.id) && middle < index && comesAfter(middle, earlier)
        }
    }

    private mutating func endIfAlone() -> [SupervisorEffect] {
        guard let ending, !children.contains(where: \.isLive) else { return [] }
        hasEnded = true
        return [.ended(ending)]
    }
}

/// A small repeatable source of chance for the jitter.
private struct SplitMix {
    var state: UInt64

    mutating func unit() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}
