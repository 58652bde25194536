using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kiroku.CommandLine.Clouds;

/// <summary>
/// The files that describe clouds to OpenStack's clients: clouds.yaml, what secure.yaml adds to it, and the profiles of
/// clouds-public.yaml. Of each the first one that is found counts.
/// </summary>
internal sealed class CloudFiles(Surroundings surroundings)
{
    private static readonly string[] Suffixes = ["yaml", "yml", "json"];

    private readonly string? clouds = Find(surroundings, "OS_CLIENT_CONFIG_FILE", "clouds");
    private readonly string? secure = Find(surroundings, "OS_CLIENT_SECURE_FILE", "secure");
    private readonly string? vendors = Find(surroundings, "OS_CLIENT_VENDOR_FILE", "clouds-public");

    /// <summary>The name of the only cloud; null if there are others, or none.</summary>
    public string? OnlyCloud => clouds is not null && Child(Load(clouds), "clouds") is { Children.Count: 1 } only
        ? Text(only.Children.Keys.Single())
        : null;

    /// <summary>The settings of a cloud, and where they were found.</summary>
    public (string Source, Dictionary<string, string> Values) Read(string name)
    {
        if (clouds is null)
            throw new UsageException($"there is no clouds.yaml in {string.Join(", ", surroundings.Folders)}, and so no "
                + $"cloud {name}");
        var cloud = Child(Child(Load(clouds), "clouds"), name)
            ?? throw new UsageException($"{clouds} has no cloud {name}");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Text(cloud, "profile") is { } profile)
            Add(Profile(profile), values);
        Add(cloud, values);
        if (secure is not null)
            Add(Child(Child(Load(secure), "clouds"), name), values);
        return ($"cloud {name} of {clouds}", values);
    }

    private YamlMappingNode Profile(string name)
        => (vendors is null ? null : Child(Child(Load(vendors), "public-clouds"), name))
            ?? throw new UsageException($"{clouds} names the profile {name}, which no clouds-public.yaml describes");

    /// <summary>Later values replace earlier ones. Lists and other mappings are nothing that is needed here.</summary>
    private static void Add(YamlMappingNode? cloud, Dictionary<string, string> values)
    {
        foreach (var (key, value) in cloud?.Children ?? Enumerable.Empty<KeyValuePair<YamlNode, YamlNode>>())
        {
            if (Text(key) == "auth" && value is YamlMappingNode auth)
                Add(auth, values);
            else if (Text(key) is { } name && Text(value) is { } text)
                values[name.Replace('-', '_')] = text;
        }
    }

    private static string? Find(Surroundings surroundings, string variable, string name)
        => surroundings.Variable(variable) is { Length: > 0 } chosen
            ? File.Exists(chosen) ? chosen : throw new UsageException($"{variable} names {chosen}, which is no file")
            : surroundings.Folders
                .SelectMany(_ => Suffixes, (folder, suffix) => Path.Combine(folder, $"{name}.{suffix}"))
                .FirstOrDefault(File.Exists);

    private static YamlMappingNode? Load(string file)
    {
        try
        {
            using var text = new StreamReader(file);
            var yaml = new YamlStream();
            yaml.Load(new MergingParser(new Parser(text)));
            return yaml.Documents is [var first, ..] ? first.RootNode as YamlMappingNode : null;
        }
        catch (YamlException e)
        {
            throw new UsageException($"{file}, line {e.Start.Line}: {e.Message}", e);
        }
    }

    private static YamlMappingNode? Child(YamlMappingNode? parent, string name)
        => parent is not null && parent.Children.TryGetValue(new YamlScalarNode(name), out var child)
            ? child as YamlMappingNode
            : null;

    private static string? Text(YamlMappingNode parent, string name)
        => parent.Children.TryGetValue(new YamlScalarNode(name), out var child) ? Text(child) : null;

    private static string? Text(YamlNode node) => (node as YamlScalarNode)?.Value;
}
