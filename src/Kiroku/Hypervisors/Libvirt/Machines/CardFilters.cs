using System.Collections.Concurrent;
using System.Xml.Linq;
using Kiroku.Hypervisors.Libvirt.Bindings;
using Kiroku.Hypervisors.Libvirt.Sessions;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>
/// The filters of machines' cards at libvirt: one for each machine, there from before its definition until after it.
/// What libvirt has been told it is not told again. All members block.
/// </summary>
internal sealed class CardFilters
{
    private const uint Live = 1;
    private const uint Kept = 2;

    private readonly ConcurrentDictionary<Guid, string> told = new();

    /// <summary>Makes the filter that a machine's next definition names.</summary>
    /// <exception cref="RefusedException">The host cannot filter cards.</exception>
    public void Define(Session session, MachineSpec spec)
    {
        told.TryRemove(spec.Id, out _);
        if (spec.Filter is not { } filter || spec.HasNoCard
            || MachineNetwork.Parse(session.Options.Network).Kind == NetworkKind.None)
            return;
        Require(session);
        Write(session, FilterXml.Of(spec.Id, filter));
    }

    /// <summary>Whether libvirt has that filter for the machine, so that there is nothing to do.</summary>
    public bool IsTold(Guid machine, CardFilter filter)
        => told.GetValueOrDefault(machine) == FilterXml.Of(machine, filter);

    /// <summary>Changes a machine's filter, and gives its card that filter if it has none.</summary>
    /// <exception cref="RefusedException">The host cannot filter cards.</exception>
    public void Apply(Session session, Guid machine, CardFilter filter)
    {
        var definition = FilterXml.Of(machine, filter);
        using var domain = DomainLookup.Find(session, machine);
        if (domain is null)
            return;
        Require(session);
        Write(session, definition);
        Attach(domain, machine);
        told[machine] = definition;
    }

    /// <summary>Forgets what libvirt was told of a machine, which may be different by now; of all with null.</summary>
    public void Forget(Guid? machine)
    {
        if (machine is { } one)
            told.TryRemove(one, out _);
        else
            told.Clear();
    }

    /// <summary>Removes the filter of a machine that is not defined any more.</summary>
    public void Release(Session session, Guid machine)
    {
        told.TryRemove(machine, out _);
        if (session.IsTest
            || MachineNetwork.Parse(session.Options.Network).Kind is not (NetworkKind.Bridge or NetworkKind.Libvirt))
            return;
        using var filter = Native.virNWFilterLookupByName(session.Connect, FilterXml.NameOf(machine));
        if (!filter.IsInvalid)
            LibvirtException.Check(Native.virNWFilterUndefine(filter));
        else if (LibvirtException.Read() is { Failure: HypervisorFailure.Unavailable } error)
            throw error;
    }

    private static void Require(Session session)
    {
        if (FilterLookup.Why(session) is { } why)
        {
            throw new RefusedException(HypervisorFailure.NotSupported, why)
            {
                Operation = $"{Operations.Filter}: {why}",
            };
        }
    }

    private static void Write(Session session, string definition)
        => LibvirtException.Check(Native.virNWFilterDefineXML(session.Connect, definition)).Dispose();

    /// <summary>Gives the card the filter at once if the machine runs, and in its definition.</summary>
    private static void Attach(DomainHandle domain, Guid machine)
    {
        var isRunning = DomainLookup.StateOf(domain) is MachineState.Running or MachineState.Paused;
        if (isRunning)
            Attach(domain, machine, Native.Take(Native.virDomainGetXMLDesc(domain, 0)), Live);
        if (LibvirtException.Check(Native.virDomainIsPersistent(domain)) == 1)
            Attach(domain, machine, Definitions.Read(domain), Kept);
    }

    private static void Attach(DomainHandle domain, Guid machine, string definition, uint where)
    {
        foreach (var card in XElement.Parse(definition).Elements("devices").Elements("interface"))
        {
            if (FilterXml.Filtered(card, machine) is { } filtered)
                LibvirtException.Check(Native.virDomainUpdateDeviceFlags(domain, filtered.ToString(), where));
        }
    }
}
