using Kiroku.Bench;

// What is measured, each beside something that shows how fast this machine is at this moment.
return args switch
{
    ["actions", var product, var image] => await ActionTimes.RunAsync(product, image),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: bench/run actions");
    return 2;
}
