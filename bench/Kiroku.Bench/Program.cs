using System.Globalization;
using Kiroku.Bench;

// Each measurement includes a comparison that shows how fast this machine is at the moment.
return args switch
{
    ["actions", var product, var image] => await ActionTimes.RunAsync(product, image),
    ["reads", var product, _] => await ReadRates.RunAsync(product, Bench(), 10_000, 10_000_000),
    ["reads", var few, var many, var product, _] => await ReadRates.RunAsync(product, Bench(), Number(few), Number(many)),
    ["writes", var product, var image] => await WriteRates.RunAsync(product, image),
    ["nodes", var product, var image] => await NodeRates.RunAsync(product, image),
    ["nodes-simulated", _, _] => await SimulatedNodes.RunAsync(1000),
    ["nodes-simulated", var nodes, _, _] => await SimulatedNodes.RunAsync(Number(nodes)),
    ["moves", var product, _] => await MoveTimes.RunAsync(product),
    ["many", var product, var image] => await ManyServers.RunAsync(product, image, 100, 10_000),
    ["many", var few, var many, var product, var image] => await ManyServers.RunAsync(product, image, Number(few), Number(many)),
    ["export", var product, _] => await ExportRates.RunAsync(product, 1_000_000),
    ["export", var actions, var product, _] => await ExportRates.RunAsync(product, Number(actions)),
    ["live", "lists", var product, _] => await LiveLists.RunAsync(product, Bench(), 10_000, 10_000_000),
    ["live", "lists", var few, var many, var product, _] => await LiveLists.RunAsync(product, Bench(), Number(few), Number(many)),
    ["live", "times", var product, var image] => await EndTimes.RunAsync(product, image, 50),
    ["live", "times", var rounds, var product, var image] => await EndTimes.RunAsync(product, image, Number(rounds)),
    ["live", "streams", var product, var image] => await StreamLoad.RunAsync(product, Bench(), image, 500, 30),
    ["live", "streams", var streams, var seconds, var product, var image]
        => await StreamLoad.RunAsync(product, Bench(), image, Number(streams), Number(seconds)),
    ["page", var product, var image] => await PageTimes.RunAsync(product, Bench(), image),
    ["start", var product, var image] => await StartTimes.RunAsync(product, Bench(), image),
    ["upgrade", var actions, var old, var product, _] => await Upgrade.RunAsync(old, product, Number(actions), "both"),
    ["upgrade", var actions, var old, var store and ("sqlite" or "postgres"), var product, _] =>
        await Upgrade.RunAsync(old, product, Number(actions), store),
    ["bare", var file] => await BareKestrel.RunAsync(file),
    ["bare-streams", var size, var perSecond] => await BareKestrel.StreamAsync(Number(size), Number(perSecond)),
    _ => Usage(),
};

static string Bench() => typeof(ReadRates).Assembly.Location;

static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("Usage: bench/run actions | reads [FEW MANY] | writes | nodes | nodes-simulated [NODES] | moves | many [FEW MANY] | export [ACTIONS] | live lists [FEW MANY] | live times [ROUNDS] | live streams [STREAMS SECONDS] | page | start | upgrade ACTIONS OLD [sqlite | postgres]");
    return 2;
}
