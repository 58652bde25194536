using System.Globalization;
using Kiroku.Api;

namespace Kiroku.Quotas;

/// <summary>A limit, -1 for none, and how much of it is used.</summary>
internal sealed record Quota(int Limit, long Used)
{
    public long Left => Limit < 0 ? long.MaxValue : Limit - Used;

    public Quota Less(long used) => this with { Used = Used - used };
}

/// <summary>
/// What a server takes up more with a larger flavor; what it gives back with a smaller one does not count.
/// </summary>
internal sealed record ProjectGrowth(int Vcpus, int MemoryMiB)
{
    public bool IsNone => this is { Vcpus: 0, MemoryMiB: 0 };
}

/// <summary>A project's limits and their use.</summary>
internal sealed class QuotaSet(IReadOnlyDictionary<string, Quota> quotas)
{
    public Quota this[string resource] => quotas[resource];

    /// <summary>How many more servers of that size the project may have, from 0 to the number wanted.</summary>
    public int Room(int wanted, int vcpus, int memoryMiB)
    {
        var room = Math.Min(wanted, this[QuotaResources.Instances].Left);
        if (vcpus > 0)
            room = Math.Min(room, this[QuotaResources.Cores].Left / vcpus);
        if (memoryMiB > 0)
            room = Math.Min(room, this[QuotaResources.Ram].Left / memoryMiB);
        return (int)Math.Max(room, 0);
    }

    /// <summary>
    /// Refuses servers that exceed a limit. <paramref name="asked"/> is their number as the request states it.
    /// </summary>
    /// <exception cref="Fault">403 in Nova's words (nova/compute/utils.py, check_num_instances_quota).</exception>
    public void Require(int number, int vcpus, int memoryMiB, string? asked = null)
        => Require(new SortedDictionary<string, (long Delta, string Said)>(StringComparer.Ordinal)
        {
            [QuotaResources.Instances] = (number, asked ?? Text(number)),
            [QuotaResources.Cores] = ((long)number * vcpus, Text((long)number * vcpus)),
            [QuotaResources.Ram] = ((long)number * memoryMiB, Text((long)number * memoryMiB)),
        });

    /// <summary>Refuses more metadata than one server may have.</summary>
    /// <exception cref="Fault">403.</exception>
    public void RequireMetadata(int items)
    {
        if (this[QuotaResources.MetadataItems] is var allowed && items > allowed.Left)
            throw new Fault(403, $"Maximum number of metadata items exceeds {allowed.Limit}");
    }

    /// <summary>Refuses metadata of an image that is more than one server may have.</summary>
    /// <exception cref="Fault">403 (nova/api/openstack/common.py, check_img_metadata_properties_quota).</exception>
    public void RequireImageMetadata(int items)
    {
        if (items > this[QuotaResources.MetadataItems].Left)
            throw new Fault(403, "Image metadata limit exceeded");
    }

    /// <summary>Refuses a larger flavor that exceeds a limit.</summary>
    /// <exception cref="Fault">403 if a limit is exceeded.</exception>
    public void Require(ProjectGrowth growth)
        => Require(new SortedDictionary<string, (long Delta, string Said)>(StringComparer.Ordinal)
        {
            [QuotaResources.Cores] = (growth.Vcpus, Text(growth.Vcpus)),
            [QuotaResources.Ram] = (growth.MemoryMiB, Text(growth.MemoryMiB)),
        });

    /// <summary>The same limits, with so much of one of them used.</summary>
    public QuotaSet With(string resource, long used) => new(new Dictionary<string, Quota>(quotas)
    {
        [resource] = this[resource] with { Used = used },
    });

    /// <summary>The same limits before that growth, which their use counts already.</summary>
    public QuotaSet Before(ProjectGrowth growth) => new(new Dictionary<string, Quota>(quotas)
    {
        [QuotaResources.Cores] = this[QuotaResources.Cores].Less(growth.Vcpus),
        [QuotaResources.Ram] = this[QuotaResources.Ram].Less(growth.MemoryMiB),
    });

    private void Require(SortedDictionary<string, (long Delta, string Said)> wanted)
    {
        var over = wanted.Where(want => want.Value.Delta > 0 && want.Value.Delta > this[want.Key].Left).ToList();
        if (over.Count == 0)
            return;
        var names = Join(want => want.Key);
        throw new Fault(403, $"Quota exceeded for {names}: Requested {Join(want => want.Value.Said)}, but already used "
            + $"{Join(want => Text(this[want.Key].Used))} of {Join(want => Text(this[want.Key].Limit))} {names}");

        string Join(Func<KeyValuePair<string, (long Delta, string Said)>, string> part)
            => string.Join(", ", over.Select(part));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
