namespace Kiroku.CommandLine.Clouds;

/// <summary>
/// Finds the settings of the cloud to use as OpenStack's clients do: the one that is named, or the one that the
/// variables describe, or the only one in clouds.yaml.
/// </summary>
internal static class CloudChoice
{
    private const string Prefix = "OS_";

    private static readonly string[] Variables =
    [
        "auth_url", "auth_type", "username", "user_id", "user_domain_id", "user_domain_name", "password", "token",
        "project_id", "project_name", "tenant_id", "tenant_name", "project_domain_id", "project_domain_name",
        "default_domain", "default_domain_id", "default_domain_name", "application_credential_id",
        "application_credential_name", "application_credential_secret", "compute_endpoint_override", "endpoint_type",
        .. Adjustments,
    ];

    /// <summary>What variables change of a cloud that clouds.yaml describes.</summary>
    private static string[] Adjustments => ["region_name", "interface", "cacert", "cert", "key", "insecure"];

    /// <param name="chosen">The cloud named on the command line; null for none.</param>
    /// <param name="surroundings">Where files and variables are looked for.</param>
    public static CloudSettings Find(string? chosen, Surroundings surroundings)
    {
        var variables = Variables
            .Select(name => (name, Value: surroundings.Variable(Prefix + name.ToUpperInvariant())))
            .Where(variable => variable.Value is { Length: > 0 })
            .ToDictionary(variable => variable.name, variable => variable.Value!, StringComparer.Ordinal);
        var name = chosen ?? surroundings.Variable("OS_CLOUD");
        if (string.IsNullOrEmpty(name) && variables.ContainsKey("auth_url"))
            return new CloudSettings("the environment", variables);
        var files = new CloudFiles(surroundings);
        if (string.IsNullOrEmpty(name))
            name = files.OnlyCloud ?? throw new UsageException(
                "which cloud? Name one of clouds.yaml by OS_CLOUD or --os-cloud, or set OS_AUTH_URL and the other "
                + "OS_ variables");
        var (source, found) = files.Read(name);
        foreach (var variable in variables.Where(variable => Adjustments.Contains(variable.Key)))
            found[variable.Key] = variable.Value;
        return new CloudSettings(source, found);
    }
}
