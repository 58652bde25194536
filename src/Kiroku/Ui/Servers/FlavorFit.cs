using Kiroku.Ui.Texts;

namespace Kiroku.Ui.Servers;

/// <summary>Why a flavor cannot be taken, as far as it is known beforehand; the API has the last word.</summary>
public static class FlavorFit
{
    /// <summary>Why a new server cannot have the flavor; null if it can.</summary>
    public static string? OfNew(PageTexts texts, FlavorDetail flavor, AbsoluteLimits limits)
        => OfLimits(texts, limits, 1, flavor.Vcpus, flavor.Ram);

    /// <summary>Why a server cannot be resized to the flavor; null if it can.</summary>
    public static string? OfResize(
        PageTexts texts, FlavorDetail flavor, AbsoluteLimits limits, ServerFlavorDetail current)
    {
        if (flavor.Name == current.OriginalName)
            return texts["servers.fit.current"];
        if (flavor.Disk < current.Disk)
            return texts["servers.fit.disk", Sizes.Disk(current.Disk)];
        return OfLimits(texts, limits, 0, flavor.Vcpus - current.Vcpus, flavor.Ram - current.Ram);
    }

    private static string? OfLimits(PageTexts texts, AbsoluteLimits limits, int instances, int cores, int ram)
    {
        if (IsOver(limits.MaxInstances, limits.Instances, instances))
            return texts["servers.fit.instances", limits.MaxInstances];
        if (IsOver(limits.MaxCores, limits.Cores, cores))
            return texts["servers.fit.cores", Left(limits.MaxCores, limits.Cores)];
        return IsOver(limits.MaxRam, limits.Ram, ram)
            ? texts["servers.fit.ram", Sizes.Memory(Left(limits.MaxRam, limits.Ram))]
            : null;
    }

    private static bool IsOver(int limit, int used, int more) => limit >= 0 && more > 0 && used + more > limit;

    private static int Left(int limit, int used) => Math.Max(0, limit - used);
}
