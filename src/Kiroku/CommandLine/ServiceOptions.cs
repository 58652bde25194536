using System.CommandLine;
using Kiroku.Cluster;
using Kiroku.Storage.Postgres;

namespace Kiroku.CommandLine;

/// <summary>The options that describe the service, shared by several commands.</summary>
internal sealed class ServiceOptions
{
    private readonly Option<string?> data = new("--data")
    {
        Description = "Folder for everything that is kept.",
        HelpName = "DIR",
    };
    private readonly Option<string?> host = new("--host")
    {
        Description = "Name of this host as administrators see it.",
        HelpName = "NAME",
    };

    private readonly Option<string?> keystone = new("--keystone")
    {
        Description = "Keystone that tokens are from, with the service account of the settings. Default: an identity "
            + "of its own.",
        HelpName = "URL",
    };

    private readonly Option<string?> database = CreateDatabase(
        "PostgreSQL to keep rows in, as \"Host=…;Database=…;Username=…\". Default: a file in the data folder.");

    private readonly Option<string?> cluster = new("--cluster")
    {
        Description = "Address that other nodes on the same PostgreSQL reach this one by. Default: 127.0.0.1 and a "
            + "free port.",
        HelpName = "ADDRESS:PORT",
    };

    private readonly Option<string?> roles = new("--roles")
    {
        Description = "What this node does, of api, conductor and compute. Default: all three.",
        HelpName = "ROLE,…",
    };

    /// <summary>For the tour only: it holds the other end of the input, so the service ends even if the tour is
    /// killed.</summary>
    private readonly Option<bool> endWithInput = new("--end-with-input") { Hidden = true };

    public ServiceOptions()
    {
        data.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                result.AddError("--data: the folder's name is empty");
        });
        cluster.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && NodeOptions.ComplaintAbout(result.Tokens[0].Value) is { } complaint)
                result.AddError($"--cluster {result.Tokens[0].Value}: {complaint}");
        });
        roles.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && NodeRolesText.Parse(result.Tokens[0].Value) is null)
                result.AddError($"--roles {result.Tokens[0].Value}: {NodeRolesText.Wanted}");
        });
        host.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length is 0 or > 255 || token.Value.Any(char.IsWhiteSpace)))
                result.AddError("--host: a name of 1 to 255 characters without spaces is wanted");
        });
    }

    public Option<string> Listen { get; } = CreateListen("http://127.0.0.1:8774");

    public Option<string?> Hypervisor { get; } = CreateHypervisor();

    public static Option<string> CreateListen(string address)
    {
        var listen = new Option<string>("--listen")
        {
            Description = "Address to answer on; port 0 takes a free one.",
            HelpName = "URL",
            DefaultValueFactory = _ => address,
        };
        listen.Validators.Add(ListenAddress.Validate);
        return listen;
    }

    public static Option<string?> CreateHypervisor()
    {
        var hypervisor = new Option<string?>("--hypervisor")
        {
            Description = "libvirt URI. Default: qemu:///system if it answers, else a private libvirtd. "
                + "test:///default runs nothing real.",
            HelpName = "URI",
        };
        hypervisor.Validators.Add(result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : null;
            if (text is not null
                && (!text.Contains("://", StringComparison.Ordinal)
                    || !Uri.TryCreate(text, UriKind.Absolute, out var uri)
                || uri.Scheme.Split('+')[0] is not ("qemu" or "test")))
                result.AddError($"--hypervisor {text}: not a libvirt URI of QEMU's or of the mock, such as "
                    + "qemu:///system and test:///default");
        });
        return hypervisor;
    }

    public static Option<string?> CreateDatabase(string description)
    {
        var database = new Option<string?>("--database") { Description = description, HelpName = "CONNECTION" };
        database.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && PostgresConnection.Check(result.Tokens[0].Value) is { } wrong)
                result.AddError("--database: no connection to PostgreSQL such as "
                    + $"\"Host=127.0.0.1;Database=kiroku;Username=kiroku\": {wrong}");
        });
        return database;
    }

    public void AddTo(Command command)
    {
        command.Options.Add(data);
        command.Options.Add(Listen);
        command.Options.Add(Hypervisor);
        command.Options.Add(host);
        command.Options.Add(keystone);
        command.Options.Add(database);
        command.Options.Add(cluster);
        command.Options.Add(roles);
        command.Options.Add(endWithInput);
    }

    public ServiceSettings Read(ParseResult parsed)
    {
        var settings = new ServiceSettings
        {
            DataDirectory = Path.GetFullPath(parsed.GetValue(data) ?? DefaultDataDirectory()),
            Listen = parsed.GetValue(Listen)!,
            Hypervisor = parsed.GetValue(Hypervisor),
            Keystone = parsed.GetValue(keystone),
            Database = parsed.GetValue(database),
            Cluster = parsed.GetValue(cluster),
            Roles = parsed.GetValue(roles) is { } words ? NodeRolesText.Parse(words)!.Value : NodeRoles.All,
        };
        return parsed.GetValue(host) is { Length: > 0 } name ? settings with { Host = name } : settings;
    }

    public bool EndsWithInput(ParseResult parsed) => parsed.GetValue(endWithInput);

    /// <summary>
    /// /var/lib/kiroku for root, because its machines run under another account that must reach it; otherwise in the
    /// user's own folders.
    /// </summary>
    private static string DefaultDataDirectory() => Environment.IsPrivilegedProcess
        ? "/var/lib/kiroku"
        : Path.Combine(
            Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "kiroku");
}
