using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Quotas;

/// <summary>
/// The resources that quotas limit, under Nova's names and in its order. Each has the version from which on the API
/// no longer shows it.
/// </summary>
internal static class QuotaResources
{
    public const string Instances = "instances";
    public const string Cores = "cores";
    public const string Ram = "ram";
    public const string MetadataItems = "metadata_items";
    public const string KeyPairs = "key_pairs";
    public const string InjectedFiles = "injected_files";
    public const string InjectedFileContentBytes = "injected_file_content_bytes";
    public const string InjectedFilePathBytes = "injected_file_path_bytes";
    public const string ServerGroups = "server_groups";
    public const string ServerGroupMembers = "server_group_members";
    private const int Never = int.MaxValue;

    public static readonly IReadOnlyList<(string Name, int GoneFrom)> All =
    [
        (Instances, Never), (Cores, Never), (Ram, Never), ("fixed_ips", 36), ("floating_ips", 36),
        (MetadataItems, Never),
        (InjectedFiles, 57), (InjectedFileContentBytes, 57), (InjectedFilePathBytes, 57),
        ("security_groups", 36),
        ("security_group_rules", 36), (KeyPairs, Never), (ServerGroups, Never), (ServerGroupMembers, Never),
    ];

    /// <summary>The schema of a limit in a body.</summary>
    public static readonly Schema Limit = new()
    {
        Types = ["integer", "string"],
        Pattern = "^-?[0-9]+$",
        Minimum = -1,
        Maximum = int.MaxValue,
    };

    /// <summary>The limits that a body states, which fits the schema.</summary>
    public static IReadOnlyDictionary<string, int> Read(JsonElement body)
        => All.Where(resource => body.TryGetProperty(resource.Name, out _))
            .ToDictionary(resource => resource.Name, resource => WholeNumber.Read(body.GetProperty(resource.Name)));

    /// <summary>The limit of the settings, where neither a project nor the class default has one.</summary>
    public static int Default(string resource, QuotasOptions options) => resource switch
    {
        Instances => options.Instances,
        Cores => options.Cores,
        Ram => options.Ram,
        MetadataItems => options.MetadataItems,
        KeyPairs => options.KeyPairs,
        InjectedFiles => options.InjectedFiles,
        InjectedFileContentBytes => options.InjectedFileContentBytes,
        InjectedFilePathBytes => options.InjectedFilePathBytes,
        ServerGroups => options.ServerGroups,
        ServerGroupMembers => options.ServerGroupMembers,
        _ => -1,
    };
}
