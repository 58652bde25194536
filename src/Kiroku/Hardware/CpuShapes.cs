using Kiroku.Api;
using Kiroku.Hypervisors;

namespace Kiroku.Hardware;

/// <summary>
/// Arranges a machine's processors in sockets, cores and threads as an image and a flavor wish, within their limits
/// (nova/virt/hardware.py, get_best_cpu_topology).
/// </summary>
internal static class CpuShapes
{
    private const int Unlimited = 65536;

    private static readonly CpuShape Nothing = new(0, 0, 0);
    private static readonly CpuShape NoLimit = new(Unlimited, Unlimited, Unlimited);

    /// <summary>
    /// The best arrangement; null where nothing is asked for, or nothing that is asked for is possible.
    /// </summary>
    public static CpuShape? Choose(Wishes wishes)
    {
        var wanted = OfImage(wishes, "");
        if (wanted == Nothing)
            wanted = OfFlavor(wishes, "");
        var limit = Limit(wishes);
        if (wanted == Nothing && limit == NoLimit)
            return null;
        if (Exceeds(wanted, limit))
            wanted = Nothing;
        return Possible(wishes.Vcpus, limit).OrderByDescending(shape => Score(shape, wanted)).FirstOrDefault();
    }

    /// <exception cref="Fault">400: no arrangement is within the limits.</exception>
    public static void Require(Wishes wishes)
    {
        var (image, flavor) = (OfImage(wishes, "max_"), OfFlavor(wishes, "max_"));
        if (Exceeds(image, Or(flavor, Unlimited)))
            throw Fault.BadRequest($"Image vCPU topology limits ({Text(image)}) exceeds the limits of the flavor "
                + $"({Text(flavor)})");
        var (wanted, limit) = (OfImage(wishes, ""), Limit(wishes));
        if (Exceeds(wanted, limit))
            throw Fault.BadRequest($"Image vCPU topology ({Text(wanted)}) exceeds the limits of the flavor or image "
                + $"({Text(limit)})");
        if (limit != NoLimit && !Possible(wishes.Vcpus, limit).Any())
        {
            var (sockets, cores, threads) = Least(limit, wishes.Vcpus);
            throw Fault.BadRequest($"Requested vCPU limits {sockets}:{cores}:{threads} are impossible to satisfy for "
                + $"vcpus count {wishes.Vcpus}");
        }
    }

    private static CpuShape OfImage(Wishes wishes, string most) => new(
        wishes.ImageNumber($"hw_cpu_{most}sockets"), wishes.ImageNumber($"hw_cpu_{most}cores"),
        wishes.ImageNumber($"hw_cpu_{most}threads"));

    private static CpuShape OfFlavor(Wishes wishes, string most) => new(
        wishes.FlavorNumber($"hw:cpu_{most}sockets"), wishes.FlavorNumber($"hw:cpu_{most}cores"),
        wishes.FlavorNumber($"hw:cpu_{most}threads"));

    private static CpuShape Limit(Wishes wishes)
    {
        var (image, flavor) = (OfImage(wishes, "max_"), Or(OfFlavor(wishes, "max_"), Unlimited));
        return new CpuShape(
            image.Sockets > 0 ? image.Sockets : flavor.Sockets, image.Cores > 0 ? image.Cores : flavor.Cores,
            image.Threads > 0 ? image.Threads : flavor.Threads);
    }

    private static CpuShape Or(CpuShape shape, int otherwise) => new(
        shape.Sockets > 0 ? shape.Sockets : otherwise, shape.Cores > 0 ? shape.Cores : otherwise,
        shape.Threads > 0 ? shape.Threads : otherwise);

    private static CpuShape Least(CpuShape limit, int vcpus) => new(
        Math.Min(limit.Sockets, vcpus), Math.Min(limit.Cores, vcpus), Math.Min(limit.Threads, vcpus));

    private static bool Exceeds(CpuShape a, CpuShape b)
        => a.Sockets > b.Sockets || a.Cores > b.Cores || a.Threads > b.Threads;

    /// <summary>All arrangements within the limit, with few threads and many sockets first.</summary>
    private static IEnumerable<CpuShape> Possible(int vcpus, CpuShape limit)
    {
        var small = Enumerable.Range(1, (int)Math.Sqrt(vcpus)).Where(number => vcpus % number == 0).ToList();
        var divisors = small.Concat(small.Select(number => vcpus / number)).Distinct().ToList();
        return divisors.SelectMany(sockets => divisors.Where(cores => vcpus / sockets % cores == 0)
            .Select(cores => new CpuShape(sockets, cores, vcpus / sockets / cores)))
            .Where(shape => !Exceeds(shape, limit))
            .OrderBy(shape => shape.Threads).ThenByDescending(shape => shape.Sockets);
    }

    private static int Score(CpuShape shape, CpuShape wanted)
        => (shape.Sockets == wanted.Sockets ? 1 : 0) + (shape.Cores == wanted.Cores ? 1 : 0)
            + (shape.Threads == wanted.Threads ? 1 : 0);

    private static string Text(CpuShape shape)
        => $"sockets={shape.Sockets}, cores={shape.Cores}, threads={shape.Threads}";
}
