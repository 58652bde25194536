using System.Text.Json;
using Kiroku.Api;
using Kiroku.Quotas;
using Kiroku.Servers.Machines;

namespace Kiroku.Servers.Work;

/// <summary>
/// personality: files that a request below 2.57 gives the guest. They are not kept: as in Nova a rebuild gives it those
/// of its own request (nova/compute/api.py, _check_injected_file_quota).
/// </summary>
internal static class Personality
{
    public const string Key = "personality";

    /// <summary>The files of a creation or rebuild, whose schema below 2.57 lets them pass.</summary>
    /// <exception cref="Fault">400: a file without a path or without contents.</exception>
    public static IReadOnlyList<GivenFile> Read(JsonElement request)
        => request.TryGetProperty(Key, out var files) && files.ValueKind == JsonValueKind.Array
            ? [.. files.EnumerateArray().Select(file => new GivenFile(Text(file, "path"), Text(file, "contents")))]
            : [];

    /// <summary>Refuses too many files, too long ones, and files for a guest without a config drive.</summary>
    /// <exception cref="Fault">400 or 403.</exception>
    public static void Require(IReadOnlyList<GivenFile> files, QuotaSet allowed, bool hasConfigDrive)
    {
        if (files.Count == 0)
            return;
        if (files.Count > allowed[QuotaResources.InjectedFiles].Left)
            throw new Fault(403, "Personality file limit exceeded");
        RequireLength(files.Max(file => file.Path.Length), "path", allowed[QuotaResources.InjectedFilePathBytes]);
        RequireLength(
            files.Max(file => file.Contents.Length), "content", allowed[QuotaResources.InjectedFileContentBytes]);
        if (!hasConfigDrive)
            throw Fault.BadRequest("Files of a personality reach the guest by its config drive alone: ask for one.");
    }

    private static void RequireLength(int length, string what, Quota allowed)
    {
        if (length > allowed.Left)
            throw new Fault(403, $"Personality file {what} exceeds maximum {allowed.Limit}");
    }

    private static string Text(JsonElement file, string key)
        => file.TextOf(key) ?? throw Fault.BadRequest($"Bad personality format: missing {key}");
}
